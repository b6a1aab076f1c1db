import type { Queries } from '@acme/db'
import { Refusal } from '../errors.ts'
import type { Member } from '../identity/caller.ts'

/** P9: a chat is there for its user and for admins. To everybody else it looks like one that does not exist. */
export function maySee(caller: Member, chat: { userId: string }): boolean {
  return caller.type === 'admin' || chat.userId === caller.userId
}

/** @throws Refusal chat_unknown */
export async function ensureAccess(db: Queries, caller: Member, chatId: string): Promise<void> {
  const chat = await db
    .selectFrom('supportChats')
    .select('userId')
    .where('id', '=', chatId)
    .executeTakeFirst()
  if (!chat || !maySee(caller, chat)) throw new Refusal('chat_unknown')
}
