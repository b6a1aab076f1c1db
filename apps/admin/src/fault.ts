import { faultOf } from '@acme/client'

/** For calls that somebody waits for: offline they fail at once and say so, instead of waiting silently for the network. */
export const AT_ONCE = { networkMode: 'always' } as const

/** A sentence for whoever has to do something about it. */
export function faultText(error: unknown): string {
  const { code, message } = faultOf(error)
  // Without an answer, `message` is the browser's: "Failed to fetch".
  if (code === null) return 'The server can’t be reached. Check your connection and try again.'
  return message
}
