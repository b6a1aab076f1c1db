import { FrameBudget } from './frame-budget.ts'
import type { Limits } from './limits.ts'

interface Present {
  budget: FrameBudget
  sockets: number
}

/** The frame budgets of owners, which outlive their sockets: a reconnect does not refill one. */
export class FrameBudgets {
  readonly #limits: Limits
  readonly #present = new Map<string, Present>()
  /** Of owners without a socket, in the order in which they left, until they are full again. */
  readonly #left = new Map<string, FrameBudget>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#present.size + this.#left.size
  }

  /** The budget that one more socket of `owner` spends from. */
  enter(owner: string, now: number): FrameBudget {
    this.#forgetFull(now)
    const present = this.#present.get(owner) ?? {
      budget: this.#left.get(owner) ?? new FrameBudget(this.#limits, now),
      sockets: 0,
    }
    present.sockets += 1
    this.#present.set(owner, present)
    this.#left.delete(owner)
    return present.budget
  }

  /** One socket of `owner` is gone. */
  leave(owner: string, now: number): void {
    this.#forgetFull(now)
    const present = this.#present.get(owner)
    if (!present) return
    present.sockets -= 1
    if (present.sockets > 0) return
    this.#present.delete(owner)
    if (present.budget.used(now) > 0) this.#left.set(owner, present.budget)
  }

  #forgetFull(now: number): void {
    for (const [owner, budget] of this.#left) {
      if (budget.used(now) > 0) return
      this.#left.delete(owner)
    }
  }
}
