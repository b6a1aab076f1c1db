import { FrameBudget } from './frame-budget.ts'
import type { Limits } from './limits.ts'

interface Connected {
  budget: FrameBudget
  sockets: number
}

/** The frame budgets of owners, which outlive their sockets: a reconnect does not refill one. */
export class FrameBudgets {
  readonly #limits: Limits
  readonly #connected = new Map<string, Connected>()
  /** Of owners without a socket, in the order in which they left, until they are full again. */
  readonly #left = new Map<string, FrameBudget>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#connected.size + this.#left.size
  }

  /** The budget that one more socket of `owner` spends from. */
  enter(owner: string, now: number): FrameBudget {
    this.#forgetFull(now)
    const connected = this.#connected.get(owner) ?? {
      budget: this.#left.get(owner) ?? new FrameBudget(this.#limits, now),
      sockets: 0,
    }
    connected.sockets += 1
    this.#connected.set(owner, connected)
    this.#left.delete(owner)
    return connected.budget
  }

  /** One socket of `owner` is gone. */
  leave(owner: string, now: number): void {
    this.#forgetFull(now)
    const connected = this.#connected.get(owner)
    if (!connected) return
    connected.sockets -= 1
    if (connected.sockets > 0) return
    this.#connected.delete(owner)
    if (connected.budget.used(now) > 0) this.#left.set(owner, connected.budget)
  }

  #forgetFull(now: number): void {
    for (const [owner, budget] of this.#left) {
      if (budget.used(now) > 0) return
      this.#left.delete(owner)
    }
  }
}
