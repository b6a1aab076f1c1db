import type { Clock } from '../platform/clock.ts'
import { TIMINGS } from '../platform/timings.ts'

/** Tells the others that we are typing: rarely, and that we stopped even if nobody says so. */
export class Typing {
  readonly #clock: Clock
  readonly #tell: (typing: boolean) => void
  #toldAt: number | null = null
  #idle: (() => void) | null = null

  constructor(clock: Clock, tell: (typing: boolean) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  set(typing: boolean): void {
    this.#idle?.()
    this.#idle = typing ? this.#clock.after(TIMINGS.typingIdleMs, () => this.set(false)) : null
    const now = this.#clock.now()
    if (typing && (this.#toldAt === null || now - this.#toldAt >= TIMINGS.typingAgainMs)) {
      this.#toldAt = now
      this.#tell(true)
    } else if (!typing && this.#toldAt !== null) {
      this.#toldAt = null
      this.#tell(false)
    }
  }

  /** Without telling anybody. */
  stop(): void {
    this.#idle?.()
    this.#idle = null
    this.#toldAt = null
  }
}
