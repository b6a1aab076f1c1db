import { Refusal } from './errors.ts'

export interface RateLimitOptions {
  /** How many may come at once. */
  burst: number
  /** How many come back per second. */
  perSecond: number
}

/** Keys kept at most; beyond it the one unused for longest is forgotten. */
const MAX_KEYS = 50_000

/**
 * A token bucket per key, in the memory of this process: two processes let twice as much through, and a restart forgets.
 * For what is frequent (messages, typing), where a write for each call would cost more than what it guards; what
 * protects accounts is a `SharedRateLimit`. The clock is in milliseconds, and never
 * goes back.
 */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #now: () => number
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(options: RateLimitOptions, now: () => number = () => performance.now()) {
    this.#options = options
    this.#now = now
  }

  /** Takes one token. @throws Refusal rate_limited with the time until the next one. */
  take(key: string): void {
    const bucket = this.#bucket(key)
    if (bucket.tokens < 1) {
      const retryAfterMs = Math.ceil(((1 - bucket.tokens) / this.#options.perSecond) * 1000)
      throw new Refusal('rate_limited', { retryAfterMs })
    }
    bucket.tokens -= 1
  }

  /** Takes so many tokens if there are so many. */
  takeAll(key: string, count: number): boolean {
    const bucket = this.#bucket(key)
    if (bucket.tokens < count) return false
    bucket.tokens -= count
    return true
  }

  /** Takes as many of so many tokens as there are, and says how many. */
  takeUpTo(key: string, count: number): number {
    const bucket = this.#bucket(key)
    const taken = Math.min(count, Math.floor(bucket.tokens))
    bucket.tokens -= taken
    return taken
  }

  /**
   * Takes so many tokens on credit, and gives the milliseconds until they have come back: the time to wait with what
   * they are for. @throws Refusal rate_limited when that is longer than `mostMs`; then none are taken.
   */
  draw(key: string, count: number, mostMs: number): number {
    const bucket = this.#bucket(key)
    const waitMs = Math.ceil((Math.max(0, count - bucket.tokens) / this.#options.perSecond) * 1000)
    if (waitMs > mostMs) throw new Refusal('rate_limited', { retryAfterMs: waitMs - mostMs })
    bucket.tokens -= count
    return waitMs
  }

  /** Gives back what was taken and not needed. */
  giveBack(key: string, count: number): void {
    const bucket = this.#bucket(key)
    bucket.tokens = Math.min(this.#options.burst, bucket.tokens + count)
  }

  #bucket(key: string) {
    const { burst, perSecond } = this.#options
    const now = this.#now()
    const known = this.#buckets.get(key)
    const tokens = known ? Math.min(burst, known.tokens + ((now - known.at) / 1000) * perSecond) : burst
    const bucket = { tokens, at: now }
    // Deleted first, so that the map stays in order of last use.
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > MAX_KEYS) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest)
        break
      }
    }
    return bucket
  }
}
