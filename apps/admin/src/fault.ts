/** What is known of a call that failed; `code` is null when there was no answer. */
export interface Fault {
  code: string | null
  reason: string | null
  field: string | null
  retryAfterMs: number | null
  message: string
}

/** Reads what a query or mutation threw, whatever it is. */
export function faultOf(error: unknown): Fault {
  const details: unknown = error instanceof Object && 'data' in error ? error.data : null
  const detail = (name: string) => (isRecord(details) ? details[name] : undefined)
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const retryAfterMs = detail('retryAfterMs')
  return {
    code: text(detail('code')),
    reason: text(detail('reason')),
    field: text(detail('field')),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
    message: error instanceof Error ? error.message : String(error),
  }
}

/** For calls that somebody waits for: offline they fail at once and say so, instead of waiting silently for the network. */
export const AT_ONCE = { networkMode: 'always' } as const

/** A sentence for whoever has to do something about it. */
export function faultText(error: unknown): string {
  const { code, message } = faultOf(error)
  // Without an answer, `message` is the browser's: "Failed to fetch".
  if (code === null) return 'The server can’t be reached. Check your connection and try again.'
  return message
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
