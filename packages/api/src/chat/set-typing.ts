import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { chatTopic } from '../hints.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { ensureAccess } from './access.ts'

export const setTypingInput = z.strictObject({ chatId: uuid, typing: z.boolean() })

/** Tells the others; kept nowhere. It fades by itself, so whoever goes on typing says so again. @throws Refusal chat_unknown, rate_limited */
export async function setTyping(
  { db, hub, limits }: Pick<Deps, 'db' | 'hub' | 'limits'>,
  caller: Member,
  { chatId, typing }: z.output<typeof setTypingInput>,
): Promise<Record<string, never>> {
  limits.typing.take(caller.userId)
  await ensureAccess(db, caller, chatId)
  hub.publish(chatTopic(chatId), {
    type: 'typing',
    id: caller.userId,
    side: caller.type,
    name: caller.name,
    typing,
  })
  return {}
}
