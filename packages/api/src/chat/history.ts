import { z } from 'zod'
import type { SupportMessage } from '../contract.ts'
import type { Deps } from '../deps.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { ensureAccess } from './access.ts'
import { END, messagesBefore, PAGE } from './messages.ts'

export const historyInput = z.strictObject({
  chatId: uuid,
  /** Messages with a smaller `seq` than this. */
  before: z.int().min(1).max(END),
  limit: z.int().min(1).max(100).default(PAGE),
})

/** The page of messages before a `seq`, oldest first; it may be shorter than `limit` when they are long. @throws Refusal chat_unknown, rate_limited */
export async function history(
  deps: Pick<Deps, 'db' | 'reading'>,
  caller: Member,
  { chatId, before, limit }: z.output<typeof historyInput>,
): Promise<{ messages: SupportMessage[]; hasEarlier: boolean }> {
  await ensureAccess(deps.db, caller, chatId)
  const messages = await messagesBefore(deps, caller.userId, chatId, before, limit)
  return { messages, hasEarlier: (messages[0]?.seq ?? 1) > 1 }
}
