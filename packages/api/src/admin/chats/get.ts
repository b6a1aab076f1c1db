import { sql } from 'kysely'
import { z } from 'zod'
import { markRead } from '../../chat/mark-read.ts'
import { END, messagesBefore, PAGE } from '../../chat/messages.ts'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import type { AdminCaller } from '../../identity/caller.ts'
import { uuid } from '../../ids.ts'
import type { AdminSupportChat } from '../../present.ts'

export const getInput = z.strictObject({ chatId: uuid })

/**
 * A chat with its user and the newest page of messages. Marks it viewed: what is in this answer counts as read by
 * support staff, what is committed a moment later does not.
 *
 * @throws Refusal chat_unknown
 */
export async function get(
  deps: Pick<Deps, 'db' | 'hub' | 'epoch' | 'replyEmailDelayMs'>,
  caller: AdminCaller,
  { chatId }: z.output<typeof getInput>,
): Promise<AdminSupportChat> {
  const { db, epoch } = deps
  const chat = await db
    .updateTable('supportChats as c')
    .from('users as u')
    .whereRef('u.id', '=', 'c.userId')
    .where('c.id', '=', chatId)
    .set({ adminViewedAt: sql<Date>`now()` })
    .returning(['c.id', 'c.archivedAt', 'c.createdAt', 'u.id as userId', 'u.kind', 'u.name', 'u.email'])
    .executeTakeFirst()
  if (!chat) throw new Refusal('chat_unknown')

  const messages = await messagesBefore(db, chatId, END, PAGE)
  const lastSeq = messages.at(-1)?.seq ?? 0
  const unreadCount = await countUnread()
  await markRead(deps, caller, { chatId, upTo: lastSeq })

  return {
    id: chat.id,
    epoch: epoch(),
    lastSeq,
    unreadCount,
    messages,
    user: {
      id: chat.userId,
      kind: chat.kind === 'visitor' ? 'visitor' : 'user',
      name: chat.name,
      email: chat.email,
    },
    archivedAt: chat.archivedAt,
    createdAt: chat.createdAt,
  }

  async function countUnread(): Promise<number> {
    const { unread } = await db
      .selectFrom('supportMessages')
      .where('chatId', '=', chatId)
      .where('senderType', '=', 'user')
      .where('readAt', 'is', null)
      .where('seq', '<=', lastSeq)
      .select(({ fn }) => fn.countAll<string>().as('unread'))
      .executeTakeFirstOrThrow()
    return Number(unread)
  }
}
