import type { SupportChatView } from '@acme/react'
import { type BubbleState, isOneRun } from '@acme/ui'

/** A bubble of the list, confirmed or not yet. */
export interface Item {
  id: string
  mine: boolean
  content: string
  time: Date
  /** The other side's name, on the first of a run. */
  label: string | undefined
  /** Follows a message of the same writer within a few minutes of the same day. */
  joined: boolean
  state: BubbleState | undefined
  failure: { message: string; retryable: boolean } | null
}

type Chat = Pick<SupportChatView, 'messages' | 'pending' | 'seenUpTo'>

/** All that is to be shown, in order: the chat's messages, then those of ours on their way. */
export function itemsOf({ messages, pending, seenUpTo }: Chat, support: string): Item[] {
  const items: Item[] = []
  let last: { item: Item; writer: string } | null = null
  const add = (item: Omit<Item, 'label' | 'joined'>, writer: string) => {
    const joined: boolean = last !== null && last.writer === writer && isOneRun(last.item.time, item.time)
    const made = { ...item, joined, label: item.mine || joined ? undefined : writer }
    items.push(made)
    last = { item: made, writer }
  }

  for (const { id, seq, content, senderType, senderName, readAt, createdAt } of messages) {
    const mine = senderType === 'user'
    const seen = readAt !== null || seq <= seenUpTo
    const state = mine ? (seen ? 'seen' : 'sent') : undefined
    add({ id, mine, content, time: createdAt, state, failure: null }, mine ? MINE : (senderName ?? support))
  }
  for (const { id, content, writtenAt, state, failure } of pending) {
    add({ id, mine: true, content, time: writtenAt, state, failure }, MINE)
  }
  return items
}

/** No name of the other side is empty. */
const MINE = ''
