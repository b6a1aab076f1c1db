import { AlertIcon, Button, ChatIcon, EmptyState } from '@acme/ui'
import { useLocation } from 'wouter'
import { Chat } from './chat.tsx'
import { ChatSkeleton } from './chat-skeleton.tsx'
import { useChatUser } from './use-chat-user.ts'
import { useOpenConversation } from './use-open-conversation.ts'

/** The place of one chat: on its way, not there, or open. */
export function ChatPage({ chatId }: { chatId: string }) {
  const answer = useChatUser(chatId)
  const conversation = useOpenConversation(chatId)
  const [, navigate] = useLocation()

  if (answer.type === 'unknown') {
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
  if (answer.type === 'failing') {
    return (
      <EmptyState
        icon={<AlertIcon />}
        title="The chat could not be loaded"
        action={<Button onClick={answer.retry}>Try again</Button>}
      >
        {answer.text}
      </EmptyState>
    )
  }
  if (answer.type === 'asking' || conversation === null) return <ChatSkeleton />
  return <Chat chatId={chatId} user={answer.user} conversation={conversation} />
}
