import { setTimeout as sleep } from 'node:timers/promises'
import type { SupportMessage } from '../contract.ts'
import { RateLimit, type RateLimitOptions } from '../rate-limit.ts'
import { bytesOf, PAGE_BYTES } from './page.ts'

/** Beyond it a page is refused: whoever waits for more reads faster than anybody scrolls. */
const MOST_WAIT_MS = 5_000

interface Page {
  messages: Parameters<typeof bytesOf>[0]
}

/**
 * How many bytes of messages a person may read, over all their sockets to this process: what is read is parsed and
 * written by the one thread that everybody shares. Who reads more waits, and other people don't wait for them.
 */
export class ReadingBudget {
  readonly #bytes: RateLimit

  constructor(options: RateLimitOptions, now?: () => number) {
    this.#bytes = new RateLimit(options, now)
  }

  /** Charges for a message that is passed on as it came. False: it is to be read when it is the person's turn. */
  pass(userId: string, message: Pick<SupportMessage, 'content'>): boolean {
    return this.#bytes.takeAll(userId, bytesOf([message]))
  }

  /** Reads a page when it is the person's turn. A whole page is charged before, what it weighed after. @throws Refusal rate_limited */
  async page<Read extends Page | null>(userId: string, read: () => Promise<Read>): Promise<Read> {
    const waitMs = this.#bytes.draw(userId, PAGE_BYTES, MOST_WAIT_MS)
    if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
    let bytes = 0
    try {
      const page = await read()
      bytes = bytesOf(page?.messages ?? [])
      return page
    } finally {
      this.#bytes.giveBack(userId, PAGE_BYTES - bytes)
    }
  }
}
