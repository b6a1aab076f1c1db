import type { KeyValueStorage } from '../platform/browser.ts'
import type { PendingMessage } from './snapshot.ts'

/** A pending message as it is kept. */
export interface Written {
  id: string
  content: string
  /** Milliseconds since the epoch. */
  writtenAt: number
  failure: PendingMessage['failure']
  /** When its writer took it back; kept for a day after that, without its text, so that no other tab sends it. */
  discardedAt?: number
}

/**
 * The pending messages of one list, each under a key of its own (`<list>.<id>`): a tab never writes anything back
 * but the one message it changed, so what two tabs write in the same moment is both kept.
 */
export class PendingList {
  readonly #storage: KeyValueStorage
  readonly #list: string

  constructor(storage: KeyValueStorage, list: string) {
    this.#storage = storage
    this.#list = list
    this.#splitOldList()
  }

  /** Whether both are kept in the same place, as far as one storage goes. */
  isSame(other: PendingList): boolean {
    return this.#list === other.#list
  }

  /** In order of writing. What cannot be understood is left out. */
  all(): Written[] {
    return this.#storage
      .keys(`${this.#list}.`)
      .map((key) => ({ key, message: parseWritten(this.#storage.get(key)) }))
      .flatMap(({ key, message }) => (message && this.#key(message.id) === key ? message : []))
      .sort(byWriting)
  }

  put(message: Written): void {
    this.#storage.set(this.#key(message.id), JSON.stringify(message))
  }

  /** Changes what is kept; what is not there any more, or was discarded, stays so. */
  change(id: string, change: Partial<Omit<Written, 'id'>>): void {
    const kept = parseWritten(this.#storage.get(this.#key(id)))
    if (kept && kept.discardedAt === undefined) this.put({ ...kept, ...change })
  }

  remove(id: string): void {
    this.#storage.remove(this.#key(id))
  }

  removeAll(): void {
    for (const key of this.#storage.keys(`${this.#list}.`)) this.#storage.remove(key)
  }

  #key(id: string): string {
    return `${this.#list}.${id}`
  }

  /** Versions before this one kept the whole list as one array, under the list's own name. */
  #splitOldList(): void {
    const list = parse(this.#storage.get(this.#list))
    if (Array.isArray(list)) for (const one of list.filter(isWritten)) this.put(one)
    this.#storage.remove(this.#list)
  }
}

/** Ids are UUIDv7: those of one page are in order even when its clock is set back, those of several pages by their clocks. */
export function byWriting(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}

function parseWritten(json: string | null): Written | null {
  const value = parse(json)
  return isWritten(value) ? value : null
}

function parse(json: string | null): unknown {
  try {
    return JSON.parse(json ?? 'null')
  } catch {
    return null
  }
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
    (!('discardedAt' in value) || typeof value.discardedAt === 'number') &&
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
