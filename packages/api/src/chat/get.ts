import type { Db } from '@acme/db'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { SupportChat } from '../contract.ts'
import type { Deps } from '../deps.ts'
import type { UserCaller } from '../identity/caller.ts'
import { END, messagesBefore, PAGE } from './messages.ts'
import { countUnread } from './unread.ts'

/** The caller's own chat, made when it is not there yet, with the newest page of its messages. @throws Refusal rate_limited */
export async function get(
  deps: Pick<Deps, 'db' | 'epoch' | 'reading'>,
  caller: UserCaller,
): Promise<SupportChat> {
  const id = await getOrCreate(deps.db, caller.userId)
  const messages = await messagesBefore(deps, caller.userId, id, END, PAGE)
  // Taken from the page itself: what was committed a moment later is behind this cursor, not before it, and is
  // counted when it arrives, not here.
  const lastSeq = messages.at(-1)?.seq ?? 0
  return {
    id,
    epoch: deps.epoch(),
    lastSeq,
    unreadCount: await countUnread(deps.db, caller.userId, lastSeq),
    messages,
  }
}

/** P5: any number of first requests at once make one chat, and all of them get its id. */
async function getOrCreate(db: Db, userId: string): Promise<string> {
  const known = await db
    .selectFrom('supportChats')
    .select('id')
    .where('userId', '=', userId)
    .executeTakeFirst()
  if (known) return known.id
  const { id } = await db
    .insertInto('supportChats')
    .values({ id: uuidv7(), userId })
    // Updating nothing locks and returns the row that was there first; `do nothing` would return none.
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ userId: sql`excluded.user_id` }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
