import type { SupportChatView } from '@acme/react'
import { Bubble, DayDivider, groupByDay, MessageList, TypingDots } from '@acme/ui'
import { itemsOf } from './items.ts'
import type { Texts } from './texts/texts.ts'

interface MessagesProps {
  chat: SupportChatView
  texts: Texts
  language: string
  onAtEnd: (atEnd: boolean) => void
}

/** The chat's messages by day, and who is writing. */
export function Messages({ chat, texts, language, onAtEnd }: MessagesProps) {
  const items = itemsOf(chat, texts.title)
  const newest = items.at(-1)
  const writing = chat.typing[0]
  return (
    <MessageList
      label={texts.messages}
      oldestKey={items[0]?.id ?? null}
      newestKey={newest?.id ?? null}
      newestIsMine={newest?.mine}
      onReachTop={chat.hasEarlier ? chat.loadEarlier : undefined}
      loadingEarlier={chat.loadingEarlier}
      onAtEnd={onAtEnd}
      texts={{ newMessages: texts.newMessages, loadingEarlier: texts.loading }}
    >
      {groupByDay(items, (item) => item.time).map((day) => (
        <section key={day.key}>
          <DayDivider date={day.date} relative locale={language} />
          {day.items.map((item) => (
            <Bubble
              key={item.id}
              side={item.mine ? 'mine' : 'theirs'}
              content={item.content}
              time={item.time}
              label={item.label}
              joined={item.joined}
              state={item.state}
              failure={item.failure?.message}
              onRetry={item.failure?.retryable === false ? undefined : () => chat.retry(item.id)}
              onDiscard={() => chat.discard(item.id)}
              locale={language}
              texts={texts.bubble}
            />
          ))}
        </section>
      ))}
      {writing && (
        <div className="panel-typing">
          <TypingDots label={texts.typing(writing.name ?? texts.title)} />
        </div>
      )}
    </MessageList>
  )
}
