import type { Queries } from '@acme/db'
import type { Deps } from '../deps.ts'
import type { UserCaller } from '../identity/caller.ts'

/** How many admin messages the caller has not read; 0 for who has no chat yet. Makes nothing. */
export async function unread({ db }: Pick<Deps, 'db'>, caller: UserCaller): Promise<{ unreadCount: number }> {
  return { unreadCount: await countUnread(db, caller.userId) }
}

/** Read marks and messages of the user's chat in one look. */
export async function countUnread(db: Queries, userId: string): Promise<number> {
  const { unread } = await db
    .selectFrom('supportChats as c')
    .innerJoin('supportMessages as m', 'm.chatId', 'c.id')
    .where('c.userId', '=', userId)
    .where('m.senderType', '=', 'admin')
    .where('m.readAt', 'is', null)
    .select(({ fn }) => fn.countAll<string>().as('unread'))
    .executeTakeFirstOrThrow()
  return Number(unread)
}
