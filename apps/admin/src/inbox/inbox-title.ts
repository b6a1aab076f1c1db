/** The tab's title: how many chats wait, where the agent looks from another tab. */
export function inboxTitle(unread: number, chat: string | null): string {
  const name = chat === null ? 'Inbox' : `Inbox – ${chat}`
  if (unread === 0) return name
  return `(${unread > 99 ? '99+' : unread}) ${name}`
}
