export {
  type AdminClient,
  type AdminClientOptions,
  createAdminClient,
  createSupportClient,
  type InboxListener,
  type SupportClient,
  type SupportClientOptions,
} from './client.ts'
export type { Connection } from './connection/connection.ts'
export { CallFault, faultOf } from './connection/fault.ts'
export { isServerError } from './connection/server-error.ts'
export type { SessionSource } from './connection/session.ts'
export type { ConnectionState } from './connection/state.ts'
export { transformer } from './connection/transformer.ts'
export type { Conversation } from './conversation/conversation.ts'
export {
  personalPendingStore,
  type UserPendingStore,
  type UserPendingStoreOptions,
} from './conversation/pending-store.ts'
export type { ConversationSnapshot, PendingMessage } from './conversation/snapshot.ts'
export { type Browser, defaultBrowser, type KeyValueStorage, memoryStorage } from './platform/browser.ts'
export type { Readable } from './platform/store.ts'
