export { type Browser, defaultBrowser, type KeyValueStorage, memoryStorage } from './browser.ts'
export {
  type AdminClient,
  type AdminClientOptions,
  createAdminClient,
  createSupportClient,
  type InboxListener,
  type SupportClient,
  type SupportClientOptions,
} from './client.ts'
export type { Connection } from './connection.ts'
export type { Conversation } from './conversation.ts'
export type { SessionSource } from './session.ts'
export type { ConnectionState, ConversationSnapshot, PendingMessage } from './snapshot.ts'
export type { Readable } from './store.ts'
