import type { Queries } from '@acme/db'
import { z } from 'zod'
import { END, messagesBefore, PAGE } from '../../chat/messages.ts'
import type { AdminSupportChat } from '../../contract.ts'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import type { AdminCaller } from '../../identity/caller.ts'
import { uuid } from '../../ids.ts'
import { presentUser } from './card.ts'

export const getInput = z.strictObject({ chatId: uuid })

/**
 * A chat with its user and the newest page of messages. Changes nothing: `chat.markRead` tells what was shown of it,
 * `admin.chats.view` that it was opened.
 *
 * @throws Refusal chat_unknown, rate_limited
 */
export async function get(
  deps: Pick<Deps, 'db' | 'epoch' | 'reading'>,
  caller: AdminCaller,
  { chatId }: z.output<typeof getInput>,
): Promise<AdminSupportChat> {
  const chat = await deps.db
    .selectFrom('supportChats as c')
    .innerJoin('users as u', 'u.id', 'c.userId')
    .where('c.id', '=', chatId)
    .select([
      'c.id',
      'c.archivedAt',
      'c.createdAt',
      'u.id as userId',
      'u.kind',
      'u.name',
      'u.email',
      'u.emailOptedOutAt',
    ])
    .executeTakeFirst()
  if (!chat) throw new Refusal('chat_unknown')

  const messages = await messagesBefore(deps, caller.userId, chatId, END, PAGE)
  // Taken from the page itself: what was committed a moment later is behind this cursor, not before it, and is
  // counted when it arrives, not here.
  const lastSeq = messages.at(-1)?.seq ?? 0
  return {
    id: chat.id,
    epoch: deps.epoch(),
    lastSeq,
    unreadCount: await countUnread(deps.db, chatId, lastSeq),
    messages,
    user: presentUser(chat),
    archivedAt: chat.archivedAt,
    createdAt: chat.createdAt,
  }
}

async function countUnread(db: Queries, chatId: string, upTo: number): Promise<number> {
  const { unread } = await db
    .selectFrom('supportMessages')
    .where('chatId', '=', chatId)
    .where('senderType', '=', 'user')
    .where('readAt', 'is', null)
    .where('seq', '<=', upTo)
    .select(({ fn }) => fn.countAll<string>().as('unread'))
    .executeTakeFirstOrThrow()
  return Number(unread)
}
