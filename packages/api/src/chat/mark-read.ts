import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { chatTopic, inboxHint } from '../hints.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { ensureMaySee } from './access.ts'
import { markMessages } from './mark-messages.ts'

export const markReadInput = z.strictObject({
  chatId: uuid,
  /** Everything of the other side up to this `seq` was seen. */
  upTo: z.int().min(0).max(2_147_483_647),
})

/** A chat in which messages come that fast is read by nobody. */
const MAX_ATTEMPTS = 10

type MarkDeps = Pick<Deps, 'db' | 'hub' | 'replyEmailDelayMs'>

/**
 * P6: marks exactly the other side's messages up to `upTo`. What is committed meanwhile has a greater `seq` and
 * stays unread. Marks never move back: a smaller `upTo` changes nothing. Returns the mark as it is now.
 *
 * @throws Refusal chat_unknown, read_beyond_end, busy
 */
export async function markRead(
  deps: MarkDeps,
  caller: Member,
  { chatId, upTo }: z.output<typeof markReadInput>,
): Promise<{ upTo: number }> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const chat = await mark(deps, caller, chatId, upTo)
    if (chat.hasGrown) continue
    if (upTo > chat.lastSeq) throw new Refusal('read_beyond_end', { field: 'upTo' })
    if (!chat.isMoved) return { upTo: chat.mark }
    deps.hub.publish(chatTopic(chatId), { type: 'state' })
    if (caller.type === 'admin') inboxHint(deps.hub, chatId, 'chats_changed')
    return { upTo }
  }
  throw new Refusal('busy', { retryAfterMs: 1_000 })
}

async function mark({ db, replyEmailDelayMs }: MarkDeps, caller: Member, chatId: string, upTo: number) {
  const { type, userId } = caller
  const written = type === 'user' ? 'admin' : 'user'
  const [chat] = await markMessages(db.pool, [chatId, upTo, type, written, userId, replyEmailDelayMs])
  ensureMaySee(caller, chat)
  return chat
}
