import { Refusal } from '../errors.ts'

export interface FairQueueOptions {
  /** How much may be under way at once. */
  concurrency: number
  /** How much may wait. */
  waiting: number
}

interface Waiting {
  from: string
  start: () => void
  refuse: (refusal: Refusal) => void
}

/** About how long a full queue takes. */
const RETRY_AFTER_MS = 1_000

/**
 * Runs work a little at a time, first come, first served. When too much waits, whoever has most waiting gives a place up
 * to whoever has less, so that one who asks for much is refused before others are.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  #running = 0
  #waiting: Waiting[] = []

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  /** How much is under way. */
  get running(): number {
    return this.#running
  }

  /** Runs `work` when its turn comes; `from` is whoever asks for it. @throws Refusal busy; whatever `work` throws. */
  async run<Result>(from: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#options.concurrency) await this.#turn(from)
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The place is handed over: nobody who comes in between takes it.
      if (next) next.start()
      else this.#running -= 1
    }
  }

  #turn(from: string): Promise<void> {
    if (this.#waiting.length >= this.#options.waiting && !this.#makeRoom(from)) throw busy()
    return new Promise((start, refuse) => this.#waiting.push({ from, start, refuse }))
  }

  /** Refuses the newest of whoever has most waiting, if that is more than `from` would have. */
  #makeRoom(from: string): boolean {
    const counts = new Map<string, number>()
    for (const waiting of this.#waiting) counts.set(waiting.from, (counts.get(waiting.from) ?? 0) + 1)
    const most = Math.max(...counts.values())
    if (most <= (counts.get(from) ?? 0) + 1) return false
    const index = this.#waiting.findLastIndex((waiting) => counts.get(waiting.from) === most)
    for (const { refuse } of this.#waiting.splice(index, 1)) refuse(busy())
    return true
  }
}

function busy(): Refusal {
  return new Refusal('busy', { retryAfterMs: RETRY_AFTER_MS })
}
