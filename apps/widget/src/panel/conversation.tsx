import type { SupportChatView } from '@acme/react'
import { AlertIcon, Button, ChatIcon, ChatSkeleton, EmptyState } from '@acme/ui'
import { Messages } from './messages.tsx'
import type { Texts } from './texts/texts.ts'

interface ConversationProps {
  chat: SupportChatView
  firstUnreadSeq: number | null
  texts: Texts
  language: string
  onAtEnd: (atEnd: boolean) => void
}

/** The middle of the panel: on its way, failed, empty, or the messages. */
export function Conversation(props: ConversationProps) {
  const { chat, texts } = props
  // What is there to show is shown, even while the rest is not; a failure then stands above it.
  if (chat.pending.length > 0 || chat.messages.length > 0) return <Messages {...props} />
  switch (chat.phase) {
    case 'loading':
      return <ChatSkeleton label={texts.loading} />
    case 'failed':
      return (
        <EmptyState
          alert
          icon={<AlertIcon />}
          title={texts.failedTitle}
          action={
            <Button look="primary" onClick={chat.reload}>
              {texts.tryAgain}
            </Button>
          }
        >
          {chat.failure}
        </EmptyState>
      )
    case 'ready':
      if (chat.typing.length > 0) return <Messages {...props} />
      return (
        <EmptyState icon={<ChatIcon />} title={texts.emptyTitle}>
          {texts.emptyText}
        </EmptyState>
      )
  }
}
