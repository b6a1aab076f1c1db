import type { Hint, HintBody } from './hub.ts'

/** NOTIFY refuses 8,000 bytes; below it there is room for the envelope. */
const PAYLOAD_BYTES = 7_500

/**
 * Packs hints into as few payloads as fit, each under the name of the process that sends it. A single hint too large for
 * one is left out: it is only a hint.
 */
export function encode(origin: string, hints: readonly Hint[]): string[] {
  const payloads: string[] = []
  let entries: string[] = []
  let bytes = 0
  const flush = () => {
    if (entries.length > 0) payloads.push(`["${origin}",${entries.join(',')}]`)
    entries = []
    bytes = 0
  }
  for (const { topic, body } of hints) {
    const entry = JSON.stringify([topic, body])
    const size = Buffer.byteLength(entry) + 1
    if (size > PAYLOAD_BYTES) continue
    if (bytes + size > PAYLOAD_BYTES) flush()
    entries.push(entry)
    bytes += size
  }
  flush()
  return payloads
}

/** Whether a payload is of this process, which has told its own listeners already. */
export function isFrom(origin: string, payload: string): boolean {
  return payload.startsWith(`["${origin}",`)
}

/** Anyone with access to the database can notify: what is not ours is null, not an exception. */
export function decode(payload: string): Hint[] | null {
  try {
    const parsed: unknown = JSON.parse(payload)
    if (!Array.isArray(parsed)) return null
    const [origin, ...entries]: unknown[] = parsed
    if (typeof origin !== 'string') return null
    const hints: Hint[] = []
    for (const entry of entries) {
      if (!Array.isArray(entry)) return null
      const [topic, body]: unknown[] = entry
      if (typeof topic !== 'string' || !isBody(body)) return null
      hints.push({ topic, body })
    }
    return hints
  } catch {
    return null
  }
}

function isBody(value: unknown): value is HintBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
