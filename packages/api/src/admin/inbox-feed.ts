import type { Db } from '@acme/db'
import type { Hub } from '@acme/realtime'
import { sql } from 'kysely'
import { validate as isUuid } from 'uuid'
import type { AdminNotificationMessage, SupportChatListItem } from '../present.ts'
import { presentCard, selectCards } from './chats/card.ts'

const INBOX_TOPIC = 'inbox'

export type InboxChange = AdminNotificationMessage['type']

/** Says that a card may look different now. */
export function inboxHint(hub: Hub, chatId: string, change: InboxChange): void {
  hub.publish(INBOX_TOPIC, { chatId, change })
}

/** How far back a sweep looks: longer than any statement that stores messages takes to commit. */
const SWEEP_WINDOW = '20 seconds'

/** At most ten looks at the database, and ten frames to each admin, per second. */
const WINDOW_MS = 100

interface RecentRow {
  id: string
  lastSeq: number
  lastMessageSenderType: 'user' | 'admin'
  at: Date
}

type Follower = (change: InboxChange, cards: readonly SupportChatListItem[]) => void

/**
 * What all admins hear, gathered once per process: the chats that changed within a window are read in one query
 * and handed to every follower, however many messages and admins there are. The first change after a pause is
 * passed on at once.
 */
export class InboxFeed {
  readonly #db: Db
  readonly #followers = new Set<Follower>()
  readonly #stop: () => void
  readonly #onError: (error: unknown) => void
  #changed = new Map<string, InboxChange>()
  /** The `lastSeq` of chats with recent messages that followers have been told of; null before the first sweep. */
  #told: Map<string, number> | null = null
  /** The database's time of the last sweep that succeeded. */
  #sweptAt: Date | null = null
  #timer: NodeJS.Timeout | null = null

  constructor({ db, hub, onError }: { db: Db; hub: Hub; onError: (error: unknown) => void }) {
    this.#db = db
    this.#onError = onError
    this.#stop = hub.listen(INBOX_TOPIC, ({ chatId, change }) => {
      if (typeof chatId === 'string' && isUuid(chatId))
        this.#note(chatId, change === 'new_user_message' ? change : 'chats_changed')
    })
  }

  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /**
   * Finds the messages whose hints were lost: those since the last sweep that succeeded that no follower has been told
   * of. Cards that changed without a message (archived, read) are not found here; the inbox loads its list again.
   */
  async sweep(): Promise<void> {
    const since = this.#sweptAt
    const { rows } = await sql<RecentRow>`
      select id, last_seq, last_message_sender_type, now() as at from support_chats
      where last_message_at > coalesce(${since}, now()) - ${SWEEP_WINDOW}::interval and last_seq > 0
        and (archived_at is null or archived_at is not null)`.execute(this.#db)
    // Read now, not before the query: a flush may have told of something meanwhile.
    const told = this.#told
    this.#sweptAt = rows[0]?.at ?? since
    this.#told = new Map()
    for (const { id, lastSeq, lastMessageSenderType } of rows) {
      const known = told?.get(id) ?? 0
      // What nobody follows, and what was there before the first sweep, needs no telling.
      const heard = told === null || this.#followers.size === 0 ? lastSeq : known
      this.#told.set(id, heard)
      if (lastSeq > heard)
        this.#note(id, lastMessageSenderType === 'user' ? 'new_user_message' : 'chats_changed')
    }
  }

  close(): void {
    this.#stop()
    if (this.#timer) clearTimeout(this.#timer)
  }

  #note(chatId: string, change: InboxChange): void {
    if (this.#followers.size === 0) return
    // A new user message is never played down to a mere change within the window.
    if (change === 'new_user_message' || !this.#changed.has(chatId)) this.#changed.set(chatId, change)
    this.#timer ??= setTimeout(() => this.#flush(), 0)
  }

  async #flush(): Promise<void> {
    const changed = this.#changed
    this.#changed = new Map()
    if (changed.size === 0) {
      this.#timer = null
      return
    }
    this.#timer = setTimeout(() => this.#flush(), WINDOW_MS)
    try {
      const rows = await selectCards(this.#db)
        .where('c.id', '=', sql<string>`any(${[...changed.keys()]}::uuid[])`)
        .orderBy('c.lastMessageAt')
        .execute()
      const cards = rows.map(presentCard)
      for (const { id, messageCount } of cards) this.#told?.set(id, messageCount)
      for (const change of ['new_user_message', 'chats_changed'] as const) {
        const some = cards.filter(({ id }) => changed.get(id) === change)
        if (some.length > 0) for (const follower of this.#followers) follower(change, some)
      }
    } catch (error) {
      // The sweep will find what these hints were about.
      this.#onError(error)
    }
  }
}
