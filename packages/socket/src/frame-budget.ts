import type { Limits } from './limits.ts'

/** How many frames a peer may still send: a token bucket. */
export class FrameBudget {
  readonly #limits: Limits
  #left: number
  #at: number

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    this.#left = limits.framesBurst
    this.#at = now
  }

  /** Takes one. False if there was none left. */
  spend(now: number): boolean {
    const { framesBurst, framesPerSecond } = this.#limits
    this.#left = Math.min(framesBurst, this.#left + ((now - this.#at) / 1000) * framesPerSecond) - 1
    this.#at = now
    return this.#left >= 0
  }
}
