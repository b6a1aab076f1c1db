import type { KeyValueStorage } from './browser.ts'
import type { PendingMessage } from './snapshot.ts'

/** A pending message as it is kept. */
export interface Written {
  id: string
  content: string
  /** Milliseconds since the epoch. */
  writtenAt: number
  failure: PendingMessage['failure']
  /** Its writer took it back; kept for a day without its text, so that no other tab sends it. */
  discarded?: boolean
}

const DISCARDED_KEPT_MS = 86_400_000

/** What is kept under `key`; nothing when it cannot be understood. Old discarded ones are left out. */
export function readKept(storage: KeyValueStorage, key: string, now: number): Written[] {
  let kept: unknown
  try {
    kept = JSON.parse(storage.get(key) ?? '[]')
  } catch {
    return []
  }
  if (!Array.isArray(kept)) return []
  return kept.filter(isWritten).filter((one) => !one.discarded || one.writtenAt > now - DISCARDED_KEPT_MS)
}

export function writeKept(storage: KeyValueStorage, key: string, kept: readonly Written[]): void {
  if (kept.length === 0) storage.remove(key)
  else storage.set(key, JSON.stringify(kept))
}

/** Anybody may have written there: the page, an older version of us. */
function isWritten(value: unknown): value is Written {
  if (typeof value !== 'object' || value === null) return false
  if (!('id' in value && 'content' in value && 'writtenAt' in value && 'failure' in value)) return false
  const { id, content, writtenAt, failure } = value
  return (
    typeof id === 'string' &&
    typeof content === 'string' &&
    typeof writtenAt === 'number' &&
    (failure === null || isFailure(failure))
  )
}

function isFailure(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'retryable' in value &&
    typeof value.retryable === 'boolean'
  )
}
