import { Button, ChatIcon, EmptyState } from '@acme/ui'
import { useLocation } from 'wouter'
import { Chat } from './chat.tsx'
import { ChatSkeleton } from './chat-skeleton.tsx'
import { useChatUser } from './use-chat-user.ts'
import { useOpenConversation } from './use-open-conversation.ts'

/** The place of one chat: on its way, not there, or open. */
export function ChatPage({ chatId }: { chatId: string }) {
  const user = useChatUser(chatId)
  const conversation = useOpenConversation(chatId)
  const [, navigate] = useLocation()

  if (user === 'unknown') {
    return (
      <EmptyState
        icon={<ChatIcon />}
        title="This chat is not here"
        action={<Button onClick={() => navigate('/')}>Back to the inbox</Button>}
      >
        It may have been deleted, or the link is not complete.
      </EmptyState>
    )
  }
  if (user === 'asking' || conversation === null) return <ChatSkeleton />
  return <Chat chatId={chatId} user={user} conversation={conversation} />
}
