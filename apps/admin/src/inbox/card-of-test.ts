import type { SupportChatListItem } from '@acme/api'

/** A card for tests: `at` is its place in time, larger is newer. */
export function card(
  id: string,
  at: number,
  rest: Partial<Omit<SupportChatListItem, 'id' | 'lastMessageAt'>> = {},
): SupportChatListItem {
  return {
    id,
    user: { id: `user-${id}`, kind: 'user', name: id, email: null, emailOptedOut: false },
    lastMessage: { preview: `${id} at ${at}`, senderType: 'user' },
    lastMessageAt: new Date(at),
    messageCount: 1,
    lastUserSeq: 1,
    unread: false,
    archivedAt: null,
    ...rest,
  }
}
