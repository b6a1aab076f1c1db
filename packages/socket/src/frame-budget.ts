import type { Limits } from './limits.ts'

/** How many frames may still come: a token bucket. */
export class FrameBudget {
  readonly #limits: Limits
  #left: number
  #at: number

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    this.#left = limits.framesBurst
    this.#at = now
  }

  /** Takes as many. False if there were not so many left; then none are left. */
  spend(now: number, frames = 1): boolean {
    const left = this.#refilled(now) - frames
    this.#left = Math.max(0, left)
    this.#at = now
    return left >= 0
  }

  /** Frames that were taken and have not come back with time. */
  used(now: number): number {
    return this.#limits.framesBurst - this.#refilled(now)
  }

  #refilled(now: number): number {
    const { framesBurst, framesPerSecond } = this.#limits
    return Math.min(framesBurst, this.#left + ((now - this.#at) / 1000) * framesPerSecond)
  }
}
