import type { RouterOutputs } from '@acme/api'

/** What tRPC answers with over HTTP, superjson's part included; its client would double the loader's size. */
interface Envelope<T> {
  result?: { data?: { json?: T } }
}

/** How many messages wait for the holder of this session; null when the session is over or nobody answers. */
export async function fetchUnread(base: URL, token: string): Promise<{ count: number } | 'ended' | null> {
  try {
    const response = await fetch(new URL('trpc/chat.unread', base), {
      headers: { authorization: `Bearer ${token}` },
      credentials: 'omit',
      signal: AbortSignal.timeout(10_000),
    })
    if (response.status === 401) return 'ended'
    const answer: Envelope<Partial<RouterOutputs['chat']['unread']>> = await response.json()
    const count = answer.result?.data?.json?.unreadCount
    return typeof count === 'number' ? { count } : null
  } catch {
    // A badge is no reason to disturb the page: the panel tells the count when it is there.
    return null
  }
}
