import type { Db } from '@acme/db'
import { hasCode, isConnectionLost, isPoolExhausted, isTransient } from '@acme/db'
import { Refusal } from '../errors.ts'
import { type NewMessage, type Stored, storeMessages } from './store-messages.ts'

/** Statements under way at once; a chat always goes through the same lane, which keeps its order. */
const LANES = 2
const MAX_BATCH = 200
/** Messages waiting per lane; beyond it senders are told to come back instead of memory growing. */
const MAX_WAITING = 5_000
const MAX_ATTEMPTS = 4

interface Waiting {
  message: NewMessage
  resolve: (row: Stored) => void
  reject: (error: unknown) => void
}

export interface MessageWriterOptions {
  db: Db
  replyEmailDelayMs: number
}

/**
 * Gathers messages so that those in flight together share a commit.
 *
 * A lane is idle or has one statement under way. A message that finds its lane idle goes at once, alone: an idle
 * system pays nothing. What arrives meanwhile goes together when that statement has committed. A batch that Postgres
 * refuses is halved until the message it refuses stands alone; a database that is away, full or overloaded refuses
 * the whole batch, to be sent again.
 */
export class MessageWriter {
  readonly #options: MessageWriterOptions
  readonly #lanes: Lane[]

  constructor(options: MessageWriterOptions) {
    this.#options = options
    this.#lanes = Array.from({ length: LANES }, () => new Lane((batch) => this.#store(batch)))
  }

  /**
   * Resolves once the message is committed (or was before).
   *
   * @throws Refusal busy, unavailable
   */
  write(message: NewMessage): Promise<Stored> {
    const lane = this.#lanes[Number.parseInt(message.chatId.slice(-2), 16) % LANES] ?? this.#lanes[0]
    if (!lane) throw new Refusal('busy')
    return lane.write(message)
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()))
  }

  async #store(batch: readonly NewMessage[]): Promise<Stored[]> {
    const { db, replyEmailDelayMs } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        return await storeMessages(db.pool, [
          batch.map(({ id }) => id),
          batch.map(({ chatId }) => chatId),
          batch.map(({ ownerId }) => ownerId),
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
}

class Lane {
  readonly #store: (batch: readonly NewMessage[]) => Promise<Stored[]>
  #waiting: Waiting[] = []
  #running: Promise<void> | null = null

  constructor(store: (batch: readonly NewMessage[]) => Promise<Stored[]>) {
    this.#store = store
  }

  write(message: NewMessage): Promise<Stored> {
    if (this.#waiting.length >= MAX_WAITING) throw new Refusal('busy', { retryAfterMs: 1_000 })
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#nextBatch())
    this.#running = null
  }

  /** A message that is in the batch already waits for the next one and finds itself stored. */
  #nextBatch(): Waiting[] {
    const batch = new Map<string, Waiting>()
    const rest: Waiting[] = []
    for (const waiting of this.#waiting) {
      const { id } = waiting.message
      if (batch.size < MAX_BATCH && !batch.has(id)) batch.set(id, waiting)
      else rest.push(waiting)
    }
    this.#waiting = rest
    return [...batch.values()]
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#store(batch.map(({ message }) => message))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const row = rows[index]
        if (row) resolve(row)
        else reject(new Error('The batch returned fewer rows than it was given'))
      }
    } catch (error) {
      if (batch.length > 1 && !(error instanceof Refusal)) {
        const half = Math.ceil(batch.length / 2)
        await this.#write(batch.slice(0, half))
        await this.#write(batch.slice(half))
      } else {
        for (const { reject } of batch) reject(error)
      }
    }
  }
}
