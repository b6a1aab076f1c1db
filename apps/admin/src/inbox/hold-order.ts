import type { SupportChatListItem } from '@acme/api'
import { byNewest } from './cards.ts'

export interface HeldList {
  /** What to show: in the held order, each card as it is now. */
  cards: SupportChatListItem[]
  /** How many chats would appear, move or leave if the order were let go. */
  updated: number
}

/**
 * The list as it stood when the pointer came over it. Marks and previews of its cards are up to date; what would
 * move something under the pointer waits. Further pages at the end move nothing.
 */
export function holdOrder(
  held: readonly SupportChatListItem[],
  now: readonly SupportChatListItem[],
): HeldList {
  const current = new Map(now.map((card) => [card.id, card]))
  const standing = new Set(held.map(({ id }) => id))
  const end = held.at(-1)

  let updated = 0
  const cards: SupportChatListItem[] = []
  for (const before of held) {
    const card = current.get(before.id)
    if (card?.lastMessageAt.getTime() !== before.lastMessageAt.getTime()) updated += 1
    cards.push(card ?? before)
  }
  for (const card of now) {
    if (standing.has(card.id)) continue
    if (end === undefined || byNewest(end, card) < 0) cards.push(card)
    else updated += 1
  }
  return { cards, updated }
}
