/**
 * Every expected error: its code on the wire and what it says to whoever has to act.
 * A use case throws a `Refusal`; anything else that is thrown is a fault of ours and leaves the server only as
 * an id that stands in the log.
 */
export const refusals = {
  session_missing: ['UNAUTHORIZED', 'No session, or it has ended. Start a new one.'],
  identity_invalid: [
    'UNAUTHORIZED',
    'The identity token is not valid here. Check its secret, audience and claims.',
  ],
  identity_expired: ['UNAUTHORIZED', 'The identity token has expired. Fetch a fresh one from your back end.'],
  log_in_wrong: ['UNAUTHORIZED', 'Email or password is wrong.'],
  admins_only: ['FORBIDDEN', 'Only support staff may do this.'],
  users_only: ['FORBIDDEN', 'Only the user of a chat may do this.'],
  http_only: ['BAD_REQUEST', 'Call this over HTTP: it answers with a cookie or a session.'],
  socket_only: ['METHOD_NOT_SUPPORTED', 'Subscribe over the WebSocket.'],
  chat_unknown: ['NOT_FOUND', 'There is no such chat.'],
  admin_unknown: ['NOT_FOUND', 'There is no such member of the team.'],
  content_blank: ['BAD_REQUEST', 'Write something: the message is blank.'],
  content_invalid: ['BAD_REQUEST', 'The message contains characters that are not text.'],
  content_too_long: ['PAYLOAD_TOO_LARGE', 'The message is longer than 4,000 characters. Send it in parts.'],
  identity_field_invalid: ['BAD_REQUEST', 'The identity carries a name or an email that cannot be used.'],
  cursor_invalid: ['BAD_REQUEST', 'A cursor looks like epoch:seq, as the last event carried it.'],
  inbox_cursor_invalid: [
    'BAD_REQUEST',
    'A cursor of the inbox is a time and an id, as nextCursor of the page before carried it.',
  ],
  read_beyond_end: ['BAD_REQUEST', 'There is no message with that seq yet.'],
  message_id_taken: ['CONFLICT', 'Another message has this id. Choose a new id.'],
  chat_moved_on: ['CONFLICT', 'The user has written meanwhile. Read it before you archive.'],
  admin_exists: ['CONFLICT', 'Somebody with this email is in the team already.'],
  last_admin: ['CONFLICT', 'This is the last one who can log in. Add somebody else first.'],
  rate_limited: ['TOO_MANY_REQUESTS', 'Too many requests. Wait a moment and try again.'],
  too_many_subscriptions: [
    'TOO_MANY_REQUESTS',
    'Too many open subscriptions on this connection. Stop one first.',
  ],
  busy: ['TOO_MANY_REQUESTS', 'The server has more to do than it can right now. Try again in a moment.'],
  unavailable: ['SERVICE_UNAVAILABLE', 'The database cannot do this right now. Nothing was lost; try again.'],
} as const satisfies Record<string, readonly [code: string, message: string]>

export type Reason = keyof typeof refusals
export type RefusalCode = (typeof refusals)[Reason][0]

export interface RefusalDetails {
  /** The input field it is about. */
  field?: string
  /** When it makes sense to come back, in milliseconds. */
  retryAfterMs?: number
}

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: Reason
  readonly code: RefusalCode
  readonly details: RefusalDetails

  /** `cause` stays in the server: what was behind it, for the log. */
  constructor(reason: Reason, details: RefusalDetails = {}, options?: ErrorOptions) {
    const [code, message] = refusals[reason]
    super(message, options)
    this.reason = reason
    this.code = code
    this.details = details
  }
}
