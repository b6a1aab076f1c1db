import type { SupportChatListItem } from '@acme/api'
import { byNewest, type CardPages } from './cards.ts'

export interface Tab {
  archived: boolean
  /** The result of a search: cards in it are kept up to date, but which ones match only the server knows. */
  searched: boolean
}

/** A card that an event brought, and when (`performance.now()`). */
export interface ReceivedCard {
  card: SupportChatListItem
  at: number
}

/**
 * The list with the cards that were heard: each replaces the one with its id and stands where it is sorted to, and
 * leaves the tab that it does not belong to any more. A card that sorts behind the last loaded one is left for its
 * page to bring. What is older than the list stays as it is: a card that was heard before its page was asked for, or
 * that shows less than the one that is there. Gives back the same object when nothing changed.
 */
export function mergeCards(list: CardPages, heard: readonly ReceivedCard[], tab: Tab): CardPages {
  let merged = list
  for (const one of heard) merged = mergeCard(merged, one, tab)
  return merged
}

function mergeCard(list: CardPages, { card, at }: ReceivedCard, tab: Tab): CardPages {
  const own = list.pages.filter(({ chats }) => chats.some(({ id }) => id === card.id))
  const known = own.flatMap(({ chats }) => chats).filter(({ id }) => id === card.id)
  if (own.some(({ askedAt = 0 }) => askedAt > at) || known.some((one) => isOlder(card, one))) return list
  const belongs = (card.archivedAt !== null) === tab.archived && (known.length > 0 || !tab.searched)
  const [before] = known
  if (belongs ? known.length === 1 && before && isSame(before, card) : known.length === 0) return list

  const pages = list.pages.map((page) =>
    page.chats.some(({ id }) => id === card.id)
      ? { ...page, chats: page.chats.filter(({ id }) => id !== card.id) }
      : page,
  )
  const placed = belongs && place(pages, card, at)
  return placed || known.length > 0 ? { ...list, pages } : list
}

/**
 * Into the first page that reaches behind the card, or at the end if there is nothing more to come; nowhere if that
 * page was asked for after the card was heard, as it would have it.
 */
function place(pages: CardPages['pages'], card: SupportChatListItem, receivedAt: number): boolean {
  for (const [index, page] of pages.entries()) {
    const at = page.chats.findIndex((other) => byNewest(card, other) < 0)
    const isEnd = index === pages.length - 1 && page.nextCursor === null
    if (at < 0 && !isEnd) continue
    if ((page.askedAt ?? 0) > receivedAt) return false
    const chats = [...page.chats]
    chats.splice(at < 0 ? chats.length : at, 0, card)
    pages[index] = { ...page, chats }
    return true
  }
  return false
}

/** Messages are never taken away, and what was read stays read until there is another message. */
function isOlder(one: SupportChatListItem, other: SupportChatListItem): boolean {
  if (one.messageCount !== other.messageCount) return one.messageCount < other.messageCount
  return one.unread && !other.unread
}

function isSame(one: SupportChatListItem, other: SupportChatListItem): boolean {
  return (
    one.unread === other.unread &&
    one.messageCount === other.messageCount &&
    one.lastMessageAt.getTime() === other.lastMessageAt.getTime() &&
    one.archivedAt?.getTime() === other.archivedAt?.getTime() &&
    one.lastMessage?.preview === other.lastMessage?.preview &&
    one.lastMessage?.senderType === other.lastMessage?.senderType &&
    one.user.name === other.user.name &&
    one.user.email === other.user.email
  )
}
