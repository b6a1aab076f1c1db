import { useConversation } from '@acme/react'
import { AlertIcon, Button, ChatIcon, ChatSkeleton, EmptyState } from '@acme/ui'
import { useLocation } from 'wouter'
import { Chat } from './chat.tsx'
import { useChatUser } from './use-chat-user.ts'
import { type OpenConversation, useOpenConversation } from './use-open-conversation.ts'

/** The place of one chat: on its way, not there, or open. */
export function ChatPage({ chatId }: { chatId: string }) {
  const open = useOpenConversation(chatId)
  return open ? <OpenChat chatId={chatId} {...open} /> : <ChatSkeleton />
}

function OpenChat({ chatId, conversation, user: opened }: OpenConversation & { chatId: string }) {
  const user = useChatUser(chatId, opened)
  const { phase, refused, failure, connection, reload } = useConversation(conversation)
  const [, navigate] = useLocation()

  if (user) return <Chat chatId={chatId} user={user} conversation={conversation} />
  // When the session has ended, everything is refused; whoever logs in again finds the chat.
  if (phase !== 'failed' || connection.type === 'ended') return <ChatSkeleton />
  if (refused) {
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
  return (
    <EmptyState
      icon={<AlertIcon />}
      title="The chat could not be loaded"
      action={<Button onClick={reload}>Try again</Button>}
    >
      {failure}
    </EmptyState>
  )
}
