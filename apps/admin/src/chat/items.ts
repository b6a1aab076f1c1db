import type { ConversationSnapshot } from '@acme/client'
import { type BubbleState, isOneRun } from '@acme/ui'

/** A bubble of the chat, confirmed or not yet. */
export interface Item {
  id: string
  side: 'mine' | 'theirs'
  content: string
  time: Date
  /** Who wrote it, on the first of a run. */
  label: string | undefined
  /** Follows a message of the same writer within a few minutes of the same day. */
  joined: boolean
  state: BubbleState | undefined
  failure: { message: string; retryable: boolean } | null
  /** The last one that the user has read: "Seen" stands under it. */
  lastSeen: boolean
}

export interface Names {
  user: string
  /** The agent who is logged in. */
  me: string
  /** Agents without a name. */
  support: string
}

type Chat = Pick<ConversationSnapshot, 'messages' | 'pending' | 'seenUpTo'>

/** All that is to be shown, in order: the chat's messages, then ours that are still on their way. */
export function itemsOf({ messages, pending, seenUpTo }: Chat, names: Names): Item[] {
  const items: Item[] = []
  let before: { writer: string; time: Date } | null = null
  const add = (item: Omit<Item, 'label' | 'joined'>, name: string) => {
    const writer = `${item.side} ${name}`
    const joined: boolean = before?.writer === writer && isOneRun(before.time, item.time)
    items.push({ ...item, joined, label: joined ? undefined : name })
    before = { writer, time: item.time }
  }

  const lastSeen = messages.findLast(({ senderType, seq }) => senderType === 'admin' && seq <= seenUpTo)
  for (const message of messages) {
    const { id, seq, content, createdAt: time, senderType, senderName } = message
    const mine = senderType === 'admin'
    add(
      {
        id,
        side: mine ? 'mine' : 'theirs',
        content,
        time,
        state: mine ? (seq <= seenUpTo ? 'seen' : 'sent') : undefined,
        failure: null,
        lastSeen: message === lastSeen,
      },
      mine ? (senderName ?? names.support) : names.user,
    )
  }
  for (const { id, content, writtenAt: time, state, failure } of pending) {
    add({ id, side: 'mine', content, time, state, failure, lastSeen: false }, names.me)
  }
  return items
}
