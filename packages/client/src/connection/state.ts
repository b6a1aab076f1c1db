import type { Link } from './link.ts'

/** What the connection dot shows. Online means: the socket is open and every message has arrived. */
export type ConnectionState =
  | { type: 'connecting' }
  | { type: 'online' }
  | { type: 'offline'; retryAt: Date | null }
  /** No further attempts: the session was ended or replaced. */
  | { type: 'ended' }

/** What a connection does at the moment, and why it has begun to. */
export type Phase =
  | { type: 'opening'; link: Link | null; since: number; reason: OpeningReason }
  | { type: 'open'; link: Link; reason: 'socket opened' }
  | { type: 'waiting'; retryAt: number; reason: WaitingReason }
  | { type: 'ended'; reason: 'session ended' | 'closed' }

export type PhaseReason = Phase['reason']

export type OpeningReason =
  | 'created'
  /** The wait was over. */
  | 'retry due'
  /** The network came back, or the page became visible. */
  | 'woken'
  /** Somebody called `retry()`. */
  | 'retry asked for'
  | 'answered over HTTP'
  /** The server does not take the session any more: the next attempt is made with another one. */
  | 'session refused'
  /** A call over HTTP found it out: the socket spoke for the former session. */
  | 'session replaced'

export type WaitingReason =
  | 'socket closed'
  /** No socket in time. */
  | 'connect timed out'
  /** The socket looked open, and gave no sign of life. */
  | 'probe timed out'
  | 'session unavailable'
