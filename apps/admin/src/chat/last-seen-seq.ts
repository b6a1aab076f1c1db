import type { SupportMessage } from '@acme/api'

/** How far the agent has seen: up to the message before the first of the user's that is still unread. */
export function lastSeenSeq(messages: readonly SupportMessage[], unreadCount: number): number {
  const last = messages.at(-1)?.seq ?? 0
  if (unreadCount === 0) return last
  const fromUser = messages.filter(({ senderType }) => senderType === 'user')
  const firstUnread = fromUser.at(-unreadCount) ?? fromUser[0]
  return firstUnread ? firstUnread.seq - 1 : last
}
