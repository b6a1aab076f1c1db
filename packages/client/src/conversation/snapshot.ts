import type { Participant, SupportMessage } from '@acme/api'
import type { ConnectionState } from '../connection/state.ts'

/** A message of ours that the server has not confirmed yet. */
export interface PendingMessage {
  id: string
  content: string
  writtenAt: Date
  /** waiting: for the connection or its turn; sending: on the wire; failed: needs the writer. */
  state: 'waiting' | 'sending' | 'failed'
  /** What happened and what to do, for a failed one. */
  failure: { message: string; retryable: boolean } | null
}

/** An immutable snapshot of a conversation; the same object as long as nothing changed. */
export interface ConversationSnapshot {
  phase: 'loading' | 'ready' | 'failed'
  /** Why it could not be loaded; null unless `phase` is failed. */
  failure: string | null
  /** There is no such chat for us, and asking again would not change that. */
  refused: boolean
  connection: ConnectionState
  chatId: string | null
  /** In order of `seq`, without gaps. */
  messages: readonly SupportMessage[]
  /** In order of writing; shown after `messages`. */
  pending: readonly PendingMessage[]
  hasEarlier: boolean
  loadingEarlier: boolean
  /** Messages of the other side that we have not read. */
  unreadCount: number
  /** The other side has read our messages up to this `seq`. */
  seenUpTo: number
  archivedAt: Date | null
  /** Others only, never ourselves. */
  typing: readonly Participant[]
  here: readonly Participant[]
}
