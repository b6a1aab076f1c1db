import type { Queries } from '@acme/db'
import type { Deps } from '../deps.ts'
import type { UserCaller } from '../identity/caller.ts'
import { END } from './messages.ts'

/** How many admin messages the caller has not read; 0 for who has no chat yet. Makes nothing. */
export async function unread({ db }: Pick<Deps, 'db'>, caller: UserCaller): Promise<{ unreadCount: number }> {
  return { unreadCount: await countUnread(db, caller.userId) }
}

/** Admin messages of the user's chat without a read mark, up to a `seq` when one is given. */
export async function countUnread(db: Queries, userId: string, upTo = END): Promise<number> {
  const { unread } = await db
    .selectFrom('supportChats as c')
    .innerJoin('supportMessages as m', 'm.chatId', 'c.id')
    .where('c.userId', '=', userId)
    .where('m.senderType', '=', 'admin')
    .where('m.readAt', 'is', null)
    .where('m.seq', '<=', upTo)
    .select(({ fn }) => fn.countAll<string>().as('unread'))
    .executeTakeFirstOrThrow()
  return Number(unread)
}
