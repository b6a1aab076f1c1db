import type { Db } from '@acme/db'
import type { Hub } from '@acme/realtime'
import { type Shared, share } from '@acme/socket/followable'
import { sql } from 'kysely'
import { validate as isUuid } from 'uuid'
import type { AdminNotificationMessage, SupportChatListItem } from '../contract.ts'
import { INBOX_TOPIC, type InboxChange } from '../hints.ts'
import { Announced, type RecentChat } from './announced.ts'
import { presentCard, selectCards } from './chats/card.ts'

/** How far back a sweep looks: longer than any statement that stores messages takes to commit. */
const SWEEP_WINDOW_MS = 20_000

/** At most ten looks at the database, and ten frames to each admin, per second. */
const WINDOW_MS = 100
/** After many cards the next frame comes later, by a millisecond for each: whoever reads them needs time as well. */
const LONGEST_WINDOW_MS = 1_000

type SweptRow = { at: Date; epoch: string } & ({ id: null } | RecentChat)

type Follower = (frame: Shared<AdminNotificationMessage>) => void

/**
 * What all admins hear, gathered once per process: the chats that changed within a window are read in one query
 * and handed to every follower, however many messages and admins there are. The first change after a pause is
 * passed on at once. One query is under way at a time, so followers never get an older card after a newer one.
 */
export class InboxFeed {
  readonly #db: Db
  readonly #followers = new Set<Follower>()
  readonly #stop: () => void
  readonly #onError: (error: unknown) => void
  readonly #announced = new Announced()
  #changed = new Map<string, InboxChange>()
  /** The database's time and epoch at the last sweep that succeeded. */
  #swept: { at: Date; epoch: string } | null = null
  /** Set from the first change until there is none any more, also while the cards are read. */
  #timer: NodeJS.Timeout | null = null
  #closed = false

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
    const startedAtMs = performance.now()
    const { rows } = await sql<SweptRow>`
      select now() as at, i.epoch, c.* from installation i left join lateral (
        select id, last_seq, last_user_seq, coalesce((
          select m.created_at > ${this.#windowStart()} from support_messages m
          where m.chat_id = support_chats.id and m.seq = last_user_seq), false) as user_wrote
        from support_chats
        where last_message_at > ${this.#windowStart()} and last_seq > 0
          -- Says to the planner that the two partial indexes together have every chat.
          and (archived_at is null or archived_at is not null)) c on true`.execute(this.#db)
    const [row] = rows
    if (!row) return
    const chats = rows.filter((each) => each.id !== null)
    const horizon = new Date(row.at.getTime() - SWEEP_WINDOW_MS)
    // Another epoch is a database restored from a backup, whose numbers begin again further down.
    const isFirst = row.epoch !== this.#swept?.epoch
    this.#swept = { at: row.at, epoch: row.epoch }
    if (isFirst || this.#followers.size === 0) return this.#announced.assume(chats, horizon)
    for (const id of this.#announced.compare(chats, { startedAtMs, horizon })) this.#note(id, 'chats_changed')
  }

  close(): void {
    this.#closed = true
    this.#stop()
    if (this.#timer) clearTimeout(this.#timer)
  }

  #windowStart() {
    return sql`coalesce(${this.#swept?.at ?? null}, now()) - ${SWEEP_WINDOW_MS} * interval '1 millisecond'`
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
    const startedAtMs = performance.now()
    try {
      const rows = await selectCards(this.#db)
        .where('c.id', '=', sql<string>`any(${[...changed.keys()]}::uuid[])`)
        .orderBy('c.lastMessageAt')
        .execute()
      if (!this.#closed) this.#tell(rows.map(presentCard), changed)
    } catch (error) {
      // The sweep will find what these hints were about.
      this.#onError(error)
    }
    if (this.#closed) return
    const windowMs = Math.min(LONGEST_WINDOW_MS, Math.max(WINDOW_MS, changed.size))
    const passedMs = performance.now() - startedAtMs
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, windowMs - passedMs))
  }

  #tell(cards: readonly SupportChatListItem[], changed: ReadonlyMap<string, InboxChange>): void {
    const frames: Record<InboxChange, SupportChatListItem[]> = { new_user_message: [], chats_changed: [] }
    for (const card of cards)
      frames[this.#announced.tell(card, changed.get(card.id) ?? 'chats_changed')].push(card)
    for (const change of ['new_user_message', 'chats_changed'] as const) {
      const chats = frames[change]
      if (chats.length === 0) continue
      const frame = share<AdminNotificationMessage>({ type: change, chats })
      for (const follower of this.#followers) follower(frame)
    }
  }
}
