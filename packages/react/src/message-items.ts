import type { SenderType, SupportMessage } from '@acme/api'
import type { ConversationSnapshot, PendingMessage } from '@acme/client'
import { type Day, groupByDay } from './group-by-day.ts'
import { isOneRun } from './one-run.ts'

/** A message as it is shown, confirmed or not yet. */
export interface MessageItem {
  id: string
  side: 'mine' | 'theirs'
  content: string
  time: Date
  writer: string
  /** Follows a message of the same writer within a few minutes of the same day. */
  joined: boolean
  /** Of our side's messages only. */
  state: 'sent' | 'seen' | PendingMessage['state'] | undefined
  failure: PendingMessage['failure']
  /** The last one of ours that the other side has read. */
  isLastSeen: boolean
  /** Unread began here. */
  isFirstUnread: boolean
}

export interface ItemsOptions {
  /** Ours. */
  side: SenderType
  writerOf: (message: SupportMessage) => string
  /** The writer of what is on its way. */
  me: string
  firstUnreadSeq: number | null
}

type Chat = Pick<ConversationSnapshot, 'messages' | 'pending' | 'seenUpTo'>

/** All that is to be shown by day, in order: the chat's messages, then those of ours that are on their way. */
export function itemsOf({ messages, pending, seenUpTo }: Chat, options: ItemsOptions): Day<MessageItem>[] {
  const { side, writerOf, me, firstUnreadSeq } = options
  const isSeen = ({ senderType, readAt, seq }: SupportMessage) =>
    senderType === side && (readAt !== null || seq <= seenUpTo)
  const lastSeen = messages.findLast(isSeen)
  const confirmed = messages.map((message): Omit<MessageItem, 'joined'> => {
    const isMine = message.senderType === side
    return {
      id: message.id,
      side: isMine ? 'mine' : 'theirs',
      content: message.content,
      time: message.createdAt,
      writer: writerOf(message),
      state: isMine ? (isSeen(message) ? 'seen' : 'sent') : undefined,
      failure: null,
      isLastSeen: message === lastSeen,
      isFirstUnread: message.seq === firstUnreadSeq,
    }
  })
  const onTheirWay = pending.map(
    ({ id, content, writtenAt, state, failure }): Omit<MessageItem, 'joined'> => ({
      id,
      side: 'mine',
      content,
      time: writtenAt,
      writer: me,
      state,
      failure,
      isLastSeen: false,
      isFirstUnread: false,
    }),
  )
  const items = [...confirmed, ...onTheirWay]
  const joined = items.map((item, index) => ({ ...item, joined: joins(items[index - 1], item) }))
  return groupByDay(joined, ({ time }) => time)
}

function joins(before: Omit<MessageItem, 'joined'> | undefined, item: Omit<MessageItem, 'joined'>): boolean {
  if (before === undefined || item.isFirstUnread) return false
  return before.side === item.side && before.writer === item.writer && isOneRun(before.time, item.time)
}
