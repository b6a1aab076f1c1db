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

  /** False if there were not enough left. */
  spend(frames: number, now: number): boolean {
    const { framesBurst, framesPerSecond } = this.#limits
    this.#left = Math.min(framesBurst, this.#left + ((now - this.#at) / 1000) * framesPerSecond) - frames
    this.#at = now
    return this.#left >= 0
  }
}
