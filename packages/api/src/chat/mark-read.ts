import { sql } from 'kysely'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { chatTopic, inboxHint } from '../hints.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { ensureMaySee } from './access.ts'

export const markReadInput = z.strictObject({
  chatId: uuid,
  /** Everything of the other side up to this `seq` was seen. */
  upTo: z.int().min(0).max(2_147_483_647),
})

/**
 * P6: marks exactly the other side's messages up to `upTo`. What is committed meanwhile has a greater `seq` and
 * stays unread. Marks never move back: a smaller `upTo` changes nothing. Returns the mark as it is now.
 *
 * @throws Refusal chat_unknown, read_beyond_end
 */
export async function markRead(
  deps: Pick<Deps, 'db' | 'hub' | 'replyEmailDelayMs'>,
  caller: Member,
  { chatId, upTo }: z.output<typeof markReadInput>,
): Promise<{ upTo: number }> {
  const { db, hub } = deps
  const moved = await db.transaction().execute(async (trx) => {
    // Locks the chat, as sending does: due times and marks are never computed side by side.
    const chat = await trx
      .selectFrom('supportChats')
      .select(['userId', 'lastSeq', 'userReadSeq', 'adminReadSeq'])
      .where('id', '=', chatId)
      .forUpdate()
      .executeTakeFirst()
    ensureMaySee(caller, chat)
    if (upTo > chat.lastSeq) throw new Refusal('read_beyond_end', { field: 'upTo' })

    const mark = caller.type === 'user' ? chat.userReadSeq : chat.adminReadSeq
    if (upTo <= mark) return { upTo: mark, changed: false }

    await trx
      .updateTable('supportMessages')
      .set({ readAt: sql<Date>`now()`, updatedAt: sql<Date>`now()` })
      .where('chatId', '=', chatId)
      .where('senderType', '=', caller.type === 'user' ? 'admin' : 'user')
      .where('seq', '<=', upTo)
      .where('readAt', 'is', null)
      .execute()
    await trx
      .updateTable('supportChats')
      .set(
        caller.type === 'admin'
          ? { adminReadSeq: upTo }
          : { userReadSeq: upTo, replyEmailDueAt: dueAfter(upTo) },
      )
      .where('id', '=', chatId)
      .execute()
    return { upTo, changed: true }
  })

  if (moved.changed) {
    hub.publish(chatTopic(chatId), { type: 'state' })
    if (caller.type === 'admin') inboxHint(hub, chatId, 'chats_changed')
  }
  return { upTo: moved.upTo }

  /** P8: the delay runs from the first reply that is still unread and unmailed; none left, nothing due. */
  function dueAfter(read: number) {
    return sql<Date | null>`case when reply_email_due_at is not null then (
      select min(m.created_at) + ${deps.replyEmailDelayMs} * interval '1 millisecond' from support_messages m
      where m.chat_id = support_chats.id and m.sender_type = 'admin' and m.seq > ${read}
        and m.seq > support_chats.email_claimed_seq) end`
  }
}
