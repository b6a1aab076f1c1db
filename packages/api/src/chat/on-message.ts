import type { Following, Sink } from '@acme/socket/followable'
import { z } from 'zod'
import type { ChatChannelMessage, SupportMessage } from '../contract.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { chatTopic, readChatHint } from '../hints.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { type Stream, stream } from '../stream.ts'
import { ensureMaySee } from './access.ts'
import { END } from './messages.ts'
import type { ChatSince } from './messages-since.ts'

export const onMessageInput = z.strictObject({
  chatId: uuid,
  /** The id of the last event seen, `epoch:seq`; without it only what comes from now on is told. */
  lastEventId: z.string().max(100).optional(),
})

/** An event and the cursor to resume behind it. */
export interface CursoredEvent {
  cursor: string
  event: ChatChannelMessage
}

type FollowDeps = Pick<Deps, 'hub' | 'epoch' | 'messagesSince' | 'reading'>

/** Messages kept for a reader that is behind; beyond it they are read again from their rows. */
const MAX_HELD = 200

/**
 * Follows a chat from a cursor: every message after it, in order, once. It ends only when the reader goes.
 *
 * @throws Refusal chat_unknown, cursor_invalid, rate_limited
 */
export function onMessage(
  deps: FollowDeps,
  caller: Member,
  { chatId, lastEventId }: z.output<typeof onMessageInput>,
  signal: AbortSignal,
): Stream<CursoredEvent> {
  return stream((sink) => {
    const cursor = lastEventId === undefined ? null : parseCursor(lastEventId)
    return new MessageFollowing(deps, caller, chatId, cursor, sink)
  }, signal)
}

interface Cursor {
  epoch: string
  seq: number
}

/**
 * First it listens, then it reads the rows after the cursor, then it passes on what the topic brings.
 *
 * - opening: the chat and what follows the cursor are read; nothing is told before it is known whether the caller may
 *   see the chat.
 * - catching up: pages are read until one reaches the end; then it says that it is synced.
 * - live: a message that comes in order is passed on as it came. A gap, a hint without a message, or a reader that fell
 *   behind or has read too much is answered by reading rows.
 *
 * Whenever the epoch has changed, cursors mean nothing any more: it tells so, and begins at the end of the chat.
 */
class MessageFollowing implements Following {
  readonly #deps: FollowDeps
  readonly #userId: string
  readonly #chatId: string
  readonly #sink: Sink<CursoredEvent>
  readonly #stopListening: () => void
  #epoch: string
  /** `seq` of the last message told. */
  #seen = 0
  /** The greatest `seq` that was heard of. */
  #hinted = 0
  #held: Map<number, SupportMessage> | null = null
  #isReading = true
  #isSynced = false
  #isStopped = false

  constructor(
    deps: FollowDeps,
    caller: Member,
    chatId: string,
    cursor: Cursor | null,
    sink: Sink<CursoredEvent>,
  ) {
    this.#deps = deps
    this.#userId = caller.userId
    this.#chatId = chatId
    this.#sink = sink
    this.#epoch = deps.epoch()
    this.#stopListening = deps.hub.listen(chatTopic(chatId), (body, carried) => this.#heard(body, carried))
    void this.#open(caller, cursor)
  }

  resume(): void {
    this.#advance()
  }

  stop(): void {
    this.#isStopped = true
    this.#held = null
    this.#stopListening()
  }

  #heard(body: Parameters<typeof readChatHint>[0], carried: unknown): void {
    const hint = readChatHint(body)
    if (hint?.type !== 'message') return
    this.#hinted = Math.max(this.#hinted, hint.seq)
    // Only our own `send` carries something in a chat's topic, and that is the message.
    if (isMessage(carried) && carried.seq > this.#seen) this.#hold(carried)
    this.#advance()
  }

  #hold(message: SupportMessage): void {
    this.#held ??= new Map()
    if (this.#held.size < MAX_HELD) this.#held.set(message.seq, message)
  }

  async #open(caller: Member, cursor: Cursor | null): Promise<void> {
    const isOurs = cursor?.epoch === this.#epoch
    await this.#read(cursor && isOurs ? Math.min(cursor.seq, END) : END, (chat) => {
      ensureMaySee(caller, chat)
      if (cursor && (!isOurs || cursor.seq > chat.lastSeq)) return this.#reset(chat.lastSeq)
      this.#seen = cursor?.seq ?? chat.lastSeq
      this.#pass(chat)
    })
  }

  /** Tells what there is to tell, as far as the reader takes it. */
  #advance(): void {
    if (this.#isReading || this.#isStopped) return
    if (this.#epoch !== this.#deps.epoch()) this.#beginAnew()
    else if (this.#isSynced) this.#passOn()
    else this.#catchUp()
  }

  /** What is held in order, then what only the rows can tell. */
  #passOn(): void {
    const { reading } = this.#deps
    let next = this.#take()
    for (; next && this.#sink.writable && reading.pass(this.#userId, next); next = this.#take())
      this.#tell(next)
    const isOverdrawn = next !== undefined && this.#sink.writable
    if (isOverdrawn || (this.#hinted > this.#seen && !next)) this.#catchUp()
  }

  #take(): SupportMessage | undefined {
    return this.#held?.get(this.#seen + 1)
  }

  #catchUp(): void {
    if (!this.#sink.writable) return
    // A hint that comes while this is read may be about what was committed after it: it is looked at again.
    const asked = this.#hinted
    this.#hinted = 0
    void this.#read(this.#seen, (chat) => {
      // A hint ahead of every row was about a message that never was, or is of another epoch: it is forgotten.
      if (chat && chat.messages.length > 0) this.#hinted = Math.max(this.#hinted, asked)
      if (chat) this.#pass(chat)
      else this.#synced()
    })
  }

  #beginAnew(): void {
    this.#epoch = this.#deps.epoch()
    this.#hinted = 0
    this.#held = null
    void this.#read(END, (chat) => this.#reset(chat?.lastSeq ?? 0))
  }

  async #read(after: number, take: (chat: ChatSince | null) => void): Promise<void> {
    this.#isReading = true
    try {
      const chat = await this.#deps.reading.page(this.#userId, async () =>
        // Its turn may come when nobody waits for it any more.
        this.#isStopped ? null : this.#deps.messagesSince({ chatId: this.#chatId, after }),
      )
      if (this.#isStopped) return
      take(chat)
    } catch (error) {
      this.#sink.error(error)
      return
    } finally {
      this.#isReading = false
    }
    this.#advance()
  }

  #pass({ lastSeq, messages }: ChatSince): void {
    for (const message of messages) this.#tell(message)
    for (const seq of this.#held?.keys() ?? []) if (seq <= this.#seen) this.#held?.delete(seq)
    if (this.#seen >= lastSeq) this.#synced()
  }

  #synced(): void {
    if (this.#isSynced) return
    this.#isSynced = true
    this.#give({ type: 'synced', epoch: this.#epoch, lastSeq: this.#seen })
  }

  #reset(lastSeq: number): void {
    this.#seen = lastSeq
    this.#give({ type: 'reset', epoch: this.#epoch, lastSeq })
  }

  #tell(message: SupportMessage): void {
    this.#seen = message.seq
    this.#held?.delete(message.seq)
    this.#give({ type: 'new_message', message })
  }

  #give(event: ChatChannelMessage): void {
    this.#sink.next({ cursor: `${this.#epoch}:${this.#seen}`, event })
  }
}

function isMessage(carried: unknown): carried is SupportMessage {
  return (
    typeof carried === 'object' && carried !== null && 'seq' in carried && typeof carried.seq === 'number'
  )
}

function parseCursor(id: string): Cursor {
  const match = /^([0-9a-f-]{36}):(0|[1-9]\d{0,9})$/.exec(id)
  const [, epoch, seq] = match ?? []
  if (!epoch || !seq) throw new Refusal('cursor_invalid', { field: 'lastEventId' })
  return { epoch, seq: Number(seq) }
}
