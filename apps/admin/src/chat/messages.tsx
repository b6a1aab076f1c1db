import type { SupportChatView } from '@acme/react'
import {
  AlertIcon,
  Bubble,
  Button,
  ChatIcon,
  DayDivider,
  EmptyState,
  groupByDay,
  MessageList,
  TypingDots,
} from '@acme/ui'
import { Fragment } from 'react'
import { ChatSkeleton } from './chat-skeleton.tsx'
import { itemsOf } from './items.ts'

interface MessagesProps {
  chat: SupportChatView
  user: string
  me: string | null
  onAtEnd: (atEnd: boolean) => void
}

const SUPPORT = 'Support'

/** The chat's messages by day, who is writing, or what is there instead. */
export function Messages({ chat, user, me, onAtEnd }: MessagesProps) {
  const items = itemsOf(chat, { user, me: me ?? SUPPORT, support: SUPPORT })
  const writing = chat.typing.some(({ side }) => side === 'user')

  // Messages that are there stay, and ours on their way too; a failure has the middle only while there is nothing.
  if (chat.phase === 'failed' && items.length === 0) {
    return (
      <div className="chat-middle" role="alert">
        <EmptyState
          icon={<AlertIcon />}
          title="The chat could not be loaded"
          action={<Button onClick={chat.reload}>Try again</Button>}
        >
          {chat.failure}
        </EmptyState>
      </div>
    )
  }
  if (chat.phase === 'loading' && items.length === 0) return <ChatSkeleton />
  if (items.length === 0 && !writing) {
    return (
      <div className="chat-middle">
        <EmptyState icon={<ChatIcon />} title="Nothing written yet">
          {user} has opened the chat but not written. You can say hello first.
        </EmptyState>
      </div>
    )
  }
  const newest = items.at(-1)
  return (
    <MessageList
      label={`Messages with ${user}`}
      oldestKey={items[0]?.id ?? null}
      newestKey={newest?.id ?? null}
      newestIsMine={newest?.side === 'mine'}
      onReachTop={chat.hasEarlier ? chat.loadEarlier : undefined}
      loadingEarlier={chat.loadingEarlier}
      onAtEnd={onAtEnd}
    >
      {groupByDay(items, (item) => item.time).map((day) => (
        <section key={day.key}>
          <DayDivider date={day.date} />
          {day.items.map((item) => (
            <Fragment key={item.id}>
              <Bubble
                side={item.side}
                content={item.content}
                time={item.time}
                label={item.label}
                joined={item.joined}
                state={item.state}
                failure={item.failure?.message}
                onRetry={item.failure?.retryable === false ? undefined : () => chat.retry(item.id)}
                onDiscard={() => chat.discard(item.id)}
                texts={BUBBLE_TEXTS}
              />
              {item.lastSeen && <p className="chat-seen">Seen</p>}
            </Fragment>
          ))}
        </section>
      ))}
      {writing && (
        <div className="chat-typing">
          <TypingDots label={`${user} is typing…`} />
        </div>
      )}
    </MessageList>
  )
}

/** "Seen" itself stands once, below the last one. */
const BUBBLE_TEXTS = { seen: 'Read by the user' }
