import type { SenderType } from '@acme/api'
import type { Connection } from '../connection/connection.ts'
import type { Clock } from '../platform/clock.ts'
import type { LoadedChat } from './chat-loader.ts'
import type { PendingStore } from './pending-store.ts'

export interface ConversationOptions {
  /** Which side we are on. */
  side: SenderType
  /** Who we are, to be left out of `typing` and `here`. A chat has one user, but many admins. */
  self?: string
  /** Reads the chat as it is now: the newest page. Called again when the log is another one. */
  load: () => Promise<LoadedChat>
  connection: Pick<Connection, 'getSnapshot' | 'subscribe' | 'addConsumer' | 'calls' | 'probe' | 'retry'>
  /** Where unsent messages live, and for whom. */
  pending: PendingStore
  /** It was closed; what is still pending is left in storage. */
  onClose?: () => void
  clock: Clock
}
