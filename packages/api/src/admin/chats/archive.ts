import { sql } from 'kysely'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { chatTopic, inboxHint } from '../../hints.ts'
import { uuid } from '../../ids.ts'

export const archiveInput = z.strictObject({
  chatId: uuid,
  /** The last `seq` the admin has seen. */
  upTo: z.int().min(0).max(2_147_483_647),
})

/**
 * P7: puts a chat away, unless the user has written after what the admin saw. Idempotent. Nothing that is still
 * unread is emailed from an archived chat.
 *
 * @throws Refusal chat_unknown, chat_moved_on, read_beyond_end
 */
export async function archive(
  { db, hub }: Pick<Deps, 'db' | 'hub'>,
  { chatId, upTo }: z.output<typeof archiveInput>,
): Promise<{ archivedAt: Date }> {
  // One statement: a user's message locks the same row, so it comes wholly before (refused) or after (woken).
  const archived = await db
    .updateTable('supportChats')
    .set({
      archivedAt: sql<Date>`coalesce(archived_at, now())`,
      replyEmailDueAt: null,
      updatedAt: sql<Date>`now()`,
    })
    .where('id', '=', chatId)
    .where('lastUserSeq', '<=', upTo)
    .where('lastSeq', '>=', upTo)
    .returning('archivedAt')
    .executeTakeFirst()
  if (!archived?.archivedAt) {
    const chat = await db
      .selectFrom('supportChats')
      .select('lastSeq')
      .where('id', '=', chatId)
      .executeTakeFirst()
    if (!chat) throw new Refusal('chat_unknown')
    if (upTo > chat.lastSeq) throw new Refusal('read_beyond_end', { field: 'upTo' })
    throw new Refusal('chat_moved_on')
  }
  hub.publish(chatTopic(chatId), { type: 'state' })
  inboxHint(hub, chatId, 'chats_changed')
  return { archivedAt: archived.archivedAt }
}
