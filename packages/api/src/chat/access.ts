import type { Queries } from '@acme/db'
import { Refusal } from '../errors.ts'
import type { Member } from '../identity/caller.ts'

/**
 * P9: a chat is there for its user and for admins. To everybody else it looks like one that does not exist.
 *
 * @throws Refusal chat_unknown
 */
export function ensureMaySee<Chat extends { userId: string }>(
  caller: Member,
  chat: Chat | null | undefined,
): asserts chat is Chat {
  if (!chat || (caller.type !== 'admin' && chat.userId !== caller.userId)) throw new Refusal('chat_unknown')
}

/** @throws Refusal chat_unknown */
export async function ensureAccess(db: Queries, caller: Member, chatId: string): Promise<void> {
  const chat = await db
    .selectFrom('supportChats')
    .select('userId')
    .where('id', '=', chatId)
    .executeTakeFirst()
  ensureMaySee(caller, chat)
}
