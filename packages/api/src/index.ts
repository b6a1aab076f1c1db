import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from './router.ts'

/** Everything a browser may know of the server: types. The server's own parts are in `@acme/api/server`. */
export type { AppRouter } from './router.ts'
export type RouterInputs = inferRouterInputs<AppRouter>
export type RouterOutputs = inferRouterOutputs<AppRouter>
export type { SupportChatList } from './admin/chats/list.ts'
export type { AdminProfile } from './admin/session/get.ts'
export type { TeamMember } from './admin/team/list.ts'
export type {
  AdminNotificationMessage,
  AdminSupportChat,
  ChatActivity,
  ChatChannelMessage,
  ChatUser,
  Participant,
  SenderType,
  SupportChat,
  SupportChatListItem,
  SupportMessage,
} from './contract.ts'
export type { StartedSession } from './session/start.ts'
