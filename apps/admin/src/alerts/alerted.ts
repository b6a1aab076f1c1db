import type { SupportChatListItem } from '@acme/api'

/** Chats remembered at most; the one that was quiet for longest is forgotten first. */
const MOST = 1_000

/** Remembers which user messages were told of, so that each makes a noise once. */
export interface Alerted {
  /** The cards whose newest user message was not told of yet. It counts as told of from now on. */
  take(cards: readonly SupportChatListItem[]): SupportChatListItem[]
}

/**
 * The server announces each message once per process; after a reconnect another process may announce the last ones
 * again.
 */
export function createAlerted(): Alerted {
  const seqs = new Map<string, number>()
  return {
    take: (cards) =>
      cards.filter(({ id, lastUserSeq }) => {
        // Not "greater than": in a database restored from a backup the numbers begin again further down.
        const isNew = seqs.get(id) !== lastUserSeq
        seqs.delete(id)
        seqs.set(id, lastUserSeq)
        const [oldest] = seqs.keys()
        if (seqs.size > MOST && oldest !== undefined) seqs.delete(oldest)
        return isNew
      }),
  }
}
