import { type Db, readEpoch } from '@acme/db'
import type { Hub } from '@acme/realtime'
import { sql } from 'kysely'
import type { InboxFeed } from './admin/inbox-feed.ts'
import { CHAT_TOPIC_PREFIX, chatTopic, SESSION_TOPIC_PREFIX, sessionTopic } from './hints.ts'
import { keepSessions } from './identity/sessions.ts'

export interface SweepOptions {
  db: Db
  hub: Hub
  inbox: InboxFeed
  onEpoch: (epoch: string) => void
}

/** What a sweep saw of a chat the last time. */
interface Seen {
  lastSeq: number
  marks: string
}

/**
 * Repairs what lost hints have left undone, with a handful of queries for the whole process: followed chats that
 * have grown or changed, sessions that have ended, another epoch. Sessions whose sockets stay open are extended. With
 * every hint lost, the product still works, a sweep's interval later.
 */
export function createSweep({ db, hub, inbox, onEpoch }: SweepOptions): () => Promise<void> {
  let seen = new Map<string, Seen>()
  let epoch = ''

  return async () => {
    await Promise.all([sweepChats(), sweepSessions(), inbox.sweep()])
  }

  async function sweepChats() {
    const current = await readEpoch(db)
    if (current !== epoch) {
      epoch = current
      // Everything counts as changed, so every follower looks and finds that its cursor is of another epoch.
      seen = new Map()
      onEpoch(current)
      // Also who follows a chat that is not in the restored database.
      for (const id of hub.topics(CHAT_TOPIC_PREFIX)) hub.deliver(chatTopic(id), { type: 'message', seq: 0 })
    }
    const followed = hub.topics(CHAT_TOPIC_PREFIX)
    if (followed.length === 0) {
      seen.clear()
      return
    }
    const chats = await db
      .selectFrom('supportChats')
      .select(['id', 'lastSeq', 'userReadSeq', 'adminReadSeq', 'archivedAt'])
      .where('id', '=', sql<string>`any(${followed}::uuid[])`)
      .execute()
    const before = seen
    seen = new Map()
    for (const { id, lastSeq, userReadSeq, adminReadSeq, archivedAt } of chats) {
      const marks = `${userReadSeq} ${adminReadSeq} ${archivedAt?.getTime()}`
      const known = before.get(id)
      if (known?.lastSeq !== lastSeq) hub.deliver(chatTopic(id), { type: 'message', seq: lastSeq })
      if (known?.marks !== marks)
        hub.deliver(chatTopic(id), { type: 'state' }, { userReadSeq, adminReadSeq, archivedAt })
      seen.set(id, { lastSeq, marks })
    }
  }

  async function sweepSessions() {
    for (const id of await keepSessions(db, hub.topics(SESSION_TOPIC_PREFIX))) {
      hub.deliver(sessionTopic(id), { type: 'ended' })
    }
  }
}
