import { itemsOf, type SupportChatView } from '@acme/react'
import { Bubble, DayDivider, MessageList, TypingDots, UnreadDivider } from '@acme/ui'
import { Fragment } from 'react'
import type { Texts } from './texts/texts.ts'

interface MessagesProps {
  chat: SupportChatView
  /** Where unread began when the reader came. */
  firstUnreadSeq: number | null
  texts: Texts
  language: string
  onAtEnd: (atEnd: boolean) => void
}

/** The chat's messages by day, and who is writing. */
export function Messages({ chat, firstUnreadSeq, texts, language, onAtEnd }: MessagesProps) {
  const days = itemsOf(chat, {
    side: 'user',
    // The user's own messages stand under no name.
    writerOf: ({ senderType, senderName }) => (senderType === 'user' ? ME : (senderName ?? texts.title)),
    me: ME,
    firstUnreadSeq,
  })
  const newest = days.at(-1)?.items.at(-1)
  const writing = chat.typing[0]
  return (
    <MessageList
      label={texts.messages}
      oldestKey={days[0]?.items[0]?.id ?? null}
      newestKey={newest?.id ?? null}
      newestIsMine={newest?.side === 'mine'}
      onReachTop={chat.hasEarlier ? chat.loadEarlier : undefined}
      loadingEarlier={chat.loadingEarlier}
      onAtEnd={onAtEnd}
      texts={{ newMessages: texts.newMessages, loadingEarlier: texts.loading }}
    >
      {days.map((day) => (
        <section key={day.key}>
          <DayDivider date={day.date} relative locale={language} />
          {day.items.map((item) => (
            <Fragment key={item.id}>
              {item.isFirstUnread && <UnreadDivider text={texts.newMessages} />}
              <Bubble
                side={item.side}
                content={item.content}
                time={item.time}
                label={item.joined || item.side === 'mine' ? undefined : item.writer}
                joined={item.joined}
                state={item.state}
                failure={item.failure?.message}
                onRetry={item.failure?.retryable === false ? undefined : () => chat.retry(item.id)}
                onDiscard={() => chat.discard(item.id)}
                locale={language}
                texts={texts.bubble}
              />
            </Fragment>
          ))}
        </section>
      ))}
      {writing && <TypingDots label={texts.typing(writing.name ?? texts.title)} />}
    </MessageList>
  )
}

const ME = ''
