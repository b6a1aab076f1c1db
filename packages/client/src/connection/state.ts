/** What the connection dot shows. Online means: the socket is open and every message has arrived. */
export type ConnectionState =
  | { type: 'connecting' }
  | { type: 'online' }
  | { type: 'offline'; retryAt: Date | null }
  /** No further attempts: the session was ended or replaced. */
  | { type: 'ended' }
