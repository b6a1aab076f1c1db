export { SupportChatProvider, useSupportClient } from './provider.tsx'
export { useStore } from './use-store.ts'
export {
  type SupportChatView,
  useConversation,
  useIncomingMessage,
  useSupportChat,
} from './use-support-chat.ts'
export { useTabVisible } from './use-tab-visible.ts'
