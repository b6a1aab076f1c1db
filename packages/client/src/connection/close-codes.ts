/**
 * Every code that a WebSocket of ours is closed with, and what a client does then; server and client both read this
 * table. Codes below 4000 are of RFC 6455 (section 7.4.1), the others are ours (4000 to 4999 are for private use).
 *
 * - `come back`: connect again after a while, with the same session.
 * - `renew the session`: the session is over; get another one, once, and connect with it.
 *
 * Nothing but the end of a session may cost a visitor theirs: it is all that leads them to their conversation. A code
 * that is not in the table means `come back`.
 */
export const CLOSE_CODES = {
  /** The frame was larger than 64 KiB. */
  frameTooLarge: { code: 1009, reason: 'The frame is too large', client: 'come back' },
  /** A text frame was not UTF-8. */
  notText: { code: 1007, reason: 'The text frame is not UTF-8', client: 'come back' },
  /** What came was no WebSocket frame. */
  notWebSocket: { code: 1002, reason: 'The frame is not valid', client: 'come back' },
  /** A message in more than 64 pieces. */
  tooManyFragments: { code: 1008, reason: 'Too many fragments', client: 'come back' },
  restarting: { code: 1012, reason: 'The server is restarting', client: 'come back' },
  /** The session could not be looked up. */
  unavailable: { code: 1013, reason: 'The database cannot be reached right now', client: 'come back' },
  tooSlow: { code: 4008, reason: 'The output was not read in time', client: 'come back' },
  tooManyFrames: { code: 4029, reason: 'Too many frames', client: 'come back' },
  notAuthenticated: { code: 4408, reason: 'No session was presented in time', client: 'come back' },
  tooManySockets: { code: 4429, reason: 'Too many connections of one person', client: 'come back' },
  /** Of the client's own making: the peer did not answer. It is never sent. */
  givenUp: { code: 4400, reason: 'No answer', client: 'come back' },
  /** Logged out, expired, disabled, or never there. */
  sessionEnded: { code: 4503, reason: 'The session has ended', client: 'renew the session' },
} as const satisfies Record<
  string,
  { code: number; reason: string; client: 'come back' | 'renew the session' }
>

const ENDING: ReadonlySet<number> = new Set(
  Object.values(CLOSE_CODES).flatMap(({ code, client }) => (client === 'renew the session' ? [code] : [])),
)

/** Whether a socket that was closed with this code needs another session before it comes back. */
export function endsSession(code: number): boolean {
  return ENDING.has(code)
}
