import type { SupportChatList, SupportChatListItem } from '@acme/api'
import type { Asked } from '@acme/react/query'

/** What the query cache holds of one tab. */
export interface CardPages {
  pages: (SupportChatList & Asked)[]
  pageParams: unknown[]
}

/** The inbox's order: newest message first, and by id where two came in the same millisecond. */
export function byNewest(one: SupportChatListItem, other: SupportChatListItem): number {
  const time = other.lastMessageAt.getTime() - one.lastMessageAt.getTime()
  if (time !== 0) return time
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0
}

/** All cards of all pages, each once: between the reads of two pages a chat may have moved. */
export function cardsOf(list: CardPages | undefined): SupportChatListItem[] {
  const cards = new Map<string, SupportChatListItem>()
  for (const page of list?.pages ?? []) {
    for (const card of page.chats) if (!cards.has(card.id)) cards.set(card.id, card)
  }
  return [...cards.values()]
}
