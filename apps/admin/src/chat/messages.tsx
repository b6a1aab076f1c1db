import { itemsOf, type SupportChatView } from '@acme/react'
import {
  AlertIcon,
  Bubble,
  Button,
  ChatIcon,
  ChatSkeleton,
  DayDivider,
  EmptyState,
  MessageList,
  TypingDots,
  UnreadDivider,
} from '@acme/ui'
import { Fragment } from 'react'

interface MessagesProps {
  chat: SupportChatView
  /** Where unread began when the agent came. */
  firstUnreadSeq: number | null
  user: string
  me: string | null
  onAtEnd: (atEnd: boolean) => void
}

const SUPPORT = 'Support'

/** The chat's messages by day, who is writing, or what is there instead. */
export function Messages({ chat, firstUnreadSeq, user, me, onAtEnd }: MessagesProps) {
  const days = itemsOf(chat, {
    side: 'admin',
    writerOf: ({ senderType, senderName }) => (senderType === 'user' ? user : (senderName ?? SUPPORT)),
    me: me ?? SUPPORT,
    firstUnreadSeq,
  })
  const isEmpty = days.length === 0
  const writing = chat.typing.some(({ side }) => side === 'user')

  // Messages that are there stay, and ours on their way too; a failure has the middle only while there is nothing.
  if (chat.phase === 'failed' && isEmpty) {
    return (
      <EmptyState
        alert
        icon={<AlertIcon />}
        title="The chat could not be loaded"
        action={<Button onClick={chat.reload}>Try again</Button>}
      >
        {chat.failure}
      </EmptyState>
    )
  }
  if (chat.phase === 'loading' && isEmpty) return <ChatSkeleton />
  if (isEmpty && !writing) {
    return (
      <EmptyState icon={<ChatIcon />} title="Nothing written yet">
        {user} has opened the chat but not written. You can say hello first.
      </EmptyState>
    )
  }
  const newest = days.at(-1)?.items.at(-1)
  return (
    <MessageList
      label={`Messages with ${user}`}
      oldestKey={days[0]?.items[0]?.id ?? null}
      newestKey={newest?.id ?? null}
      newestIsMine={newest?.side === 'mine'}
      onReachTop={chat.hasEarlier ? chat.loadEarlier : undefined}
      loadingEarlier={chat.loadingEarlier}
      onAtEnd={onAtEnd}
    >
      {days.map((day) => (
        <section key={day.key}>
          <DayDivider date={day.date} />
          {day.items.map((item) => (
            <Fragment key={item.id}>
              {item.isFirstUnread && <UnreadDivider />}
              <Bubble
                side={item.side}
                content={item.content}
                time={item.time}
                label={item.joined ? undefined : item.writer}
                joined={item.joined}
                state={item.state}
                failure={item.failure?.message}
                onRetry={item.failure?.retryable === false ? undefined : () => chat.retry(item.id)}
                onDiscard={() => chat.discard(item.id)}
                texts={BUBBLE_TEXTS}
              />
              {item.isLastSeen && <p className="chat-seen">Seen</p>}
            </Fragment>
          ))}
        </section>
      ))}
      {writing && <TypingDots label={`${user} is typing…`} />}
    </MessageList>
  )
}

/** "Seen" itself stands once, below the last one. */
const BUBBLE_TEXTS = { seen: 'Read by the user' }
