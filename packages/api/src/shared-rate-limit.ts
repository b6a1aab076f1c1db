import { createHmac } from 'node:crypto'
import type { Db } from '@acme/db'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from './errors.ts'

export interface SharedRateLimitOptions {
  /** How many there may be in a window. */
  points: number
  /** It begins with the first one and is not moved by what is refused. */
  windowSeconds: number
}

/** What is counted: an address, or an address and an email. */
type Key = readonly string[]

/**
 * A limit that all processes of an installation share and that outlives them, counted in Postgres in fixed windows. For
 * what is rare and protects accounts: a call costs a write.
 *
 * Without the database nothing is let through. What such a limit stands before needs the same database, and a limit in
 * memory meanwhile would only let whoever waits for an answer wait longer.
 */
export class SharedRateLimit {
  readonly #limiter: RateLimiterPostgres
  readonly #secret: string

  /** `name` tells its keys from those of other limits; `secret` keys their hashes. */
  constructor(name: string, options: SharedRateLimitOptions, { db, secret }: { db: Db; secret: string }) {
    this.#secret = secret
    this.#limiter = new RateLimiterPostgres({
      storeClient: db.pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      // By a migration.
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points: options.points,
      duration: options.windowSeconds,
    })
  }

  /** Counts one. @throws Refusal rate_limited with the time until the window ends */
  async take(key: Key): Promise<void> {
    try {
      await this.#limiter.consume(this.#hash(key))
    } catch (error) {
      throw error instanceof RateLimiterRes
        ? new Refusal('rate_limited', { retryAfterMs: error.msBeforeNext })
        : error
    }
  }

  /** Takes one back, for what turned out to be harmless. */
  async giveBack(key: Key): Promise<void> {
    await this.#limiter.reward(this.#hash(key))
  }

  /** Whoever reads the table learns neither addresses nor emails. */
  #hash(key: Key): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(key)).digest('base64url')
  }
}

/** Deletes the windows of all limits that have passed; they count for nothing any more. */
export async function forgetExpiredLimits(db: Db): Promise<void> {
  await db.deleteFrom('rateLimits').where('expire', '<', String(Date.now())).execute()
}
