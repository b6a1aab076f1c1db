import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import type { ChatChannelMessage, SupportMessage } from '../present.ts'
import { Wake } from '../wake.ts'
import { ensureAccess } from './access.ts'
import { messagesAfter } from './messages.ts'
import { chatTopic, readChatHint } from './topic.ts'

export const onMessageInput = z.strictObject({
  chatId: uuid,
  /** The id of the last event seen, `epoch:seq`; without it only what comes from now on is told. */
  lastEventId: z.string().max(100).optional(),
})

export interface Follower {
  signal: AbortSignal
  /** Resolves when the reader has taken what it was given: a slow one is fed slowly. */
  drained: (signal: AbortSignal) => Promise<void>
}

/** An event and the cursor to resume behind it. */
export interface CursoredEvent {
  cursor: string
  event: ChatChannelMessage
}

const PAGE = 200
/** Messages kept for a reader that is behind; beyond it they are read again from their rows. */
const MAX_HELD = 200

/**
 * Follows a chat from a cursor: every message after it, in order, once.
 *
 * First it listens, then it reads the rows after the cursor, then it passes on what the topic brings. A message
 * that comes in order is passed on as it came; a gap, a hint without a message or a reader that fell behind is
 * answered by reading rows. It ends only when the reader goes.
 *
 * @throws Refusal chat_unknown, cursor_invalid
 */
export async function* onMessage(
  { db, hub, epoch }: Pick<Deps, 'db' | 'hub' | 'epoch'>,
  caller: Member,
  { chatId, lastEventId }: z.output<typeof onMessageInput>,
  { signal, drained }: Follower,
): AsyncGenerator<CursoredEvent, void> {
  const cursor = lastEventId === undefined ? null : parseCursor(lastEventId)
  await ensureAccess(db, caller, chatId)

  const wake = new Wake()
  const held = new Map<number, SupportMessage>()
  let hinted = 0
  let seen = 0
  const stop = hub.listen(chatTopic(chatId), (body, carried) => {
    const hint = readChatHint(body)
    if (hint?.type !== 'message') return
    hinted = Math.max(hinted, hint.seq)
    // Only our own `send` carries something in a chat's topic, and that is the message.
    if (isMessage(carried) && carried.seq > seen && held.size < MAX_HELD) held.set(carried.seq, carried)
    wake.wake()
  })

  try {
    let serving = epoch()
    const head = await headOf(db, chatId)
    if (cursor && (cursor.epoch !== serving || cursor.seq > head)) yield reset(head)
    else seen = cursor?.seq ?? head

    let synced = false
    while (!signal.aborted) {
      // Cursors of the old epoch mean nothing in a restored database.
      if (serving !== epoch()) {
        serving = epoch()
        hinted = 0
        held.clear()
        yield reset(await headOf(db, chatId))
      }
      const next = held.get(seen + 1)
      if (synced && next) {
        yield pass(next)
        await drained(signal)
      } else if (!synced || hinted > seen) {
        // A hint that comes while this is read may be about what was committed after it: it is looked at again.
        const asked = hinted
        hinted = 0
        const page = await messagesAfter(db, chatId, seen, PAGE)
        for (const message of page) {
          yield pass(message)
          await drained(signal)
        }
        // A hint ahead of every row was about a message that never was, or is of another epoch: it is forgotten.
        if (page.length > 0) hinted = Math.max(hinted, asked)
        if (page.length === PAGE) continue
        if (!synced) yield at({ type: 'synced', epoch: serving, lastSeq: seen })
        synced = true
      } else {
        await wake.wait(signal)
      }
    }

    function at(event: ChatChannelMessage): CursoredEvent {
      return { cursor: `${serving}:${seen}`, event }
    }
    function pass(message: SupportMessage): CursoredEvent {
      seen = message.seq
      held.delete(seen)
      return at({ type: 'new_message', message })
    }
    function reset(lastSeq: number): CursoredEvent {
      seen = lastSeq
      return at({ type: 'reset', epoch: serving, lastSeq })
    }
  } finally {
    stop()
  }
}

async function headOf(db: Deps['db'], chatId: string): Promise<number> {
  const chat = await db
    .selectFrom('supportChats')
    .select('lastSeq')
    .where('id', '=', chatId)
    .executeTakeFirst()
  return chat?.lastSeq ?? 0
}

function isMessage(carried: unknown): carried is SupportMessage {
  return (
    typeof carried === 'object' && carried !== null && 'seq' in carried && typeof carried.seq === 'number'
  )
}

function parseCursor(id: string): { epoch: string; seq: number } {
  const match = /^([0-9a-f-]{36}):(0|[1-9]\d{0,9})$/.exec(id)
  const [, epoch, seq] = match ?? []
  if (!epoch || !seq) throw new Refusal('cursor_invalid', { field: 'lastEventId' })
  return { epoch, seq: Number(seq) }
}
