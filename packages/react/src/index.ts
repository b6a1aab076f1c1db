export { firstUnreadSeq, useFirstUnreadSeq } from './first-unread.ts'
export type { Day } from './group-by-day.ts'
export { type ItemsOptions, itemsOf, type MessageItem } from './message-items.ts'
export { SupportChatProvider, useSupportClient } from './provider.tsx'
export { useStore } from './use-store.ts'
export {
  type SupportChatView,
  useConversation,
  useIncomingMessage,
  useSupportChat,
} from './use-support-chat.ts'
export { useTabVisible } from './use-tab-visible.ts'
