import type { Db } from '@acme/db'
import { hasCode, isConnectionLost, isPoolExhausted, isTransient } from '@acme/db'
import { Refusal } from '../errors.ts'
import { LockedChats } from './locked-chats.ts'
import { type NewMessage, type Stored, storeMessages, type Tried } from './store-messages.ts'

/** Small batches beside each other. */
const MAX_SMALL_BATCHES = 2
/** While so many share a statement, what arrives shares the next one instead of beginning one beside it. */
const LARGE_BATCH = 4
/** A batch that takes longer, because of a lock on something else than a chat, does not hold up the next one, in milliseconds. */
const SLOW_MS = 50
/** Batches under way at once, slow ones too: each has a connection. */
const MAX_UNDER_WAY = 4
const MAX_BATCH = 200
/** Messages waiting; beyond it senders are told to come back instead of memory growing. */
const MAX_WAITING = 10_000
const MAX_ATTEMPTS = 4

interface Waiting {
  message: NewMessage
  /** Its place in the order of arrival. */
  place: number
  /** In how large a batch it may go: less after a batch with it was refused. */
  most: number
  resolve: (row: Stored) => void
  reject: (error: unknown) => void
}

interface Batch {
  chatIds: ReadonlySet<string>
  isLarge: boolean
  isSlow: boolean
}

export interface MessageWriterOptions {
  db: Db
  replyEmailDelayMs: number
}

/**
 * Gathers messages so that those in flight together share a commit.
 *
 * A message that finds nothing under way goes at once, alone: an idle system pays nothing, and a second one goes beside
 * it. Under load what arrives waits and goes together when the batch before has committed, since a large batch costs
 * hardly more than a small one. A chat has messages in one batch at a time, which keeps its order. No batch waits for a
 * lock: of a chat that somebody else has locked nothing is stored, and its messages go with a later batch. A batch that Postgres
 * refuses is halved until the message it refuses stands alone; a database that is away, full or overloaded refuses
 * the whole batch, to be sent again.
 */
export class MessageWriter {
  readonly #options: MessageWriterOptions
  readonly #underWay = new Set<Batch>()
  readonly #locked = new LockedChats(() => this.#begin())
  #waiting: Waiting[] = []
  #arrived = 0
  /** Those who wait until nothing is under way. */
  #onIdle: (() => void)[] = []

  constructor(options: MessageWriterOptions) {
    this.#options = options
  }

  /**
   * Resolves once the message is committed (or was before).
   *
   * @throws Refusal busy, unavailable
   */
  write(message: NewMessage): Promise<Stored> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= MAX_WAITING) throw new Refusal('busy', { retryAfterMs: 1_000 })
      this.#waiting.push({ message, place: this.#arrived++, most: MAX_BATCH, resolve, reject })
      this.#begin()
    })
  }

  /** Resolves when nothing is under way any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve)
      this.#tellIdle()
    })
  }

  #tellIdle(): void {
    if (this.#underWay.size > 0 || this.#waiting.length > 0) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  /** Begins a batch of what waits, if one may begin now. */
  #begin(): void {
    if (this.#waiting.length === 0 || this.#underWay.size >= MAX_UNDER_WAY) return
    const beside = [...this.#underWay].filter(({ isSlow }) => !isSlow)
    if (beside.length >= MAX_SMALL_BATCHES || beside.some(({ isLarge }) => isLarge)) return
    const taken = this.#take()
    if (taken.length === 0) return
    const chatIds = new Set(taken.map(({ message }) => message.chatId))
    const batch: Batch = { chatIds, isLarge: taken.length >= LARGE_BATCH, isSlow: false }
    const slow = setTimeout(() => {
      batch.isSlow = true
      this.#begin()
    }, SLOW_MS)
    this.#underWay.add(batch)
    void this.#write(taken).then(() => {
      clearTimeout(slow)
      this.#underWay.delete(batch)
      for (const chatId of chatIds) this.#locked.tried(chatId)
      this.#begin()
      this.#tellIdle()
    })
  }

  /**
   * What may go together now: nothing of a chat that has messages under way, and no id twice; the second one goes later
   * and finds itself stored.
   */
  #take(): Waiting[] {
    const batch = new Map<string, Waiting>()
    const rest: Waiting[] = []
    /** Of these what comes later must not overtake what waits. */
    const passedOver = new Set<string>()
    let most = MAX_BATCH
    for (const waiting of this.#waiting) {
      const { id, chatId } = waiting.message
      const isRoom = batch.size < Math.min(most, waiting.most)
      if (isRoom && !batch.has(id) && !passedOver.has(chatId) && this.#mayGo(chatId)) {
        batch.set(id, waiting)
        most = Math.min(most, waiting.most)
      } else {
        rest.push(waiting)
        passedOver.add(chatId)
      }
    }
    this.#waiting = rest
    return [...batch.values()]
  }

  #mayGo(chatId: string): boolean {
    if (this.#locked.isWaiting(chatId)) return false
    for (const { chatIds } of this.#underWay) if (chatIds.has(chatId)) return false
    return true
  }

  async #store(batch: readonly NewMessage[]): Promise<Tried[]> {
    const { db, replyEmailDelayMs } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        return await storeMessages(db.pool, [
          batch.map(({ id }) => id),
          batch.map(({ chatId }) => chatId),
          batch.map(({ content }) => content),
          batch.map(({ preview }) => preview),
          batch.map(({ senderType }) => senderType),
          batch.map(({ senderId }) => senderId),
          replyEmailDelayMs,
        ])
      } catch (error) {
        // 23505: the same id was committed by another process after our snapshot. 40P01: of a deadlock we were the
        // victim. Both are over when the statement runs again.
        const passing = hasCode(error, '23505') || hasCode(error, '40P01')
        if (passing && attempt < MAX_ATTEMPTS) continue
        if (isPoolExhausted(error)) throw new Refusal('busy', { retryAfterMs: 1_000 }, { cause: error })
        if (isConnectionLost(error) || isTransient(error))
          throw new Refusal('unavailable', { retryAfterMs: 1_000 }, { cause: error })
        throw error
      }
    }
  }

  /** Stores them and tells each what became of it, or lets it wait for another try. Never rejects. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#store(batch.map(({ message }) => message))
      const locked: Waiting[] = []
      for (const [index, waiting] of batch.entries()) {
        const row = rows[index]
        if (!row) waiting.reject(new Error('The batch returned fewer rows than it was given'))
        else if (row.outcome === 'chat_locked') locked.push(waiting)
        else waiting.resolve(row)
      }
      this.#postpone(locked)
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(batch, error)
      else if (batch.length === 1) for (const { reject } of batch) reject(error)
      else this.#halve(batch)
    }
  }

  /** One of them is refused for good: they go again in smaller batches, until that one is alone. */
  #halve(batch: readonly Waiting[]): void {
    const most = Math.ceil(batch.length / 2)
    for (const waiting of batch) {
      waiting.most = most
      this.#locked.obtained(waiting.message.chatId)
    }
    this.#putBack(batch)
  }

  /** What cannot be stored now holds up what came with it and goes after it: a chat's order is that of its messages. */
  #refuse(batch: readonly Waiting[], refusal: Refusal): void {
    const chatIds = new Set(batch.map(({ message }) => message.chatId))
    for (const { reject } of batch) reject(refusal)
    this.#refuseWaiting(({ message, most }) => most < MAX_BATCH && chatIds.has(message.chatId), refusal)
  }

  /** Messages of chats that are locked wait until it is time to try again. */
  #postpone(locked: readonly Waiting[]): void {
    for (const [chatId, messages] of Map.groupBy(locked, ({ message }) => message.chatId)) {
      this.#putBack(messages)
      if (!this.#locked.found(chatId)) this.#giveUp(chatId)
    }
  }

  /** Also what came later: it must not be stored before what has to be sent again. */
  #giveUp(chatId: string): void {
    this.#refuseWaiting(
      ({ message }) => message.chatId === chatId,
      new Refusal('unavailable', { retryAfterMs: 1_000 }),
    )
  }

  #refuseWaiting(isMeant: (waiting: Waiting) => boolean, refusal: Refusal): void {
    const { meant = [], others = [] } = Object.groupBy(this.#waiting, (waiting) =>
      isMeant(waiting) ? 'meant' : 'others',
    )
    this.#waiting = others
    for (const { reject } of meant) reject(refusal)
  }

  /** Where they were: what has come since for the same chat goes after them. */
  #putBack(messages: readonly Waiting[]): void {
    if (messages.length > 0) this.#waiting = [...messages, ...this.#waiting].sort((a, b) => a.place - b.place)
  }
}
