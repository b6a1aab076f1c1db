import type { SupportChatListItem } from '@acme/api'

/**
 * The cards with user messages that came while nothing was heard: unread, and further than they were before. A chat
 * that was not in the list before is one of them if it is newer than everything that was.
 */
export function missedNews(
  before: readonly SupportChatListItem[],
  now: readonly SupportChatListItem[],
): SupportChatListItem[] {
  const known = new Map(before.map((card) => [card.id, card.lastUserSeq]))
  const newest = Math.max(0, ...before.map(({ lastMessageAt }) => lastMessageAt.getTime()))
  return now.filter(({ id, unread, lastUserSeq, lastMessageAt }) => {
    const seq = known.get(id)
    return unread && (seq === undefined ? lastMessageAt.getTime() > newest : lastUserSeq > seq)
  })
}
