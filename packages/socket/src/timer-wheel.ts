const TICK_MS = 100
const SLOTS = 1024

export interface Timed {
  /** Where it stands on the wheel; the wheel's own. */
  slot: number
  /** Something may be due. It may come early: look at the clock and schedule again. */
  onDue: (now: number) => void
}

/** Not on the wheel. */
export const UNSCHEDULED = -1

/**
 * One timer for everything that waits. An entry stands in one slot, so that a deadline which moves with every frame
 * costs a field, not a timer: the entry is called at its earliest time and then says when to look again.
 */
export class TimerWheel {
  readonly #slots: Set<Timed>[] = Array.from({ length: SLOTS }, () => new Set())
  readonly #now: () => number
  readonly #start: number
  #tick = 0
  #size = 0
  #timer: NodeJS.Timeout | null = null

  constructor(now: () => number) {
    this.#now = now
    this.#start = now()
  }

  get size(): number {
    return this.#size
  }

  /** Calls `entry` at `at` or somewhat later, or earlier if it was to be called earlier. */
  schedule(entry: Timed, at: number): void {
    if (at === Number.POSITIVE_INFINITY) return
    if (!this.#timer) this.#begin()
    const ticks = Math.ceil((at - this.#start) / TICK_MS) - this.#tick
    const ahead = Math.min(Math.max(ticks, 1), SLOTS - 1)
    if (entry.slot !== UNSCHEDULED) {
      if (this.#ahead(entry.slot) <= ahead) return
      this.cancel(entry)
    }
    entry.slot = (this.#tick + ahead) % SLOTS
    this.#slots[entry.slot]?.add(entry)
    this.#size += 1
  }

  cancel(entry: Timed): void {
    if (entry.slot === UNSCHEDULED) return
    this.#slots[entry.slot]?.delete(entry)
    entry.slot = UNSCHEDULED
    this.#size -= 1
  }

  #begin(): void {
    this.#tick = this.#current()
    // What has arrived meanwhile is read before anybody is declared silent: an immediate comes after the reads.
    this.#timer = setInterval(() => setImmediate(() => this.turn()), TICK_MS).unref()
  }

  /** Calls everything that is due. */
  turn(): void {
    const current = this.#current()
    // After a long pause every slot is looked at once, not once for each round.
    this.#tick = Math.max(this.#tick, current - SLOTS)
    while (this.#tick < current) {
      this.#tick += 1
      const slot = this.#slots[this.#tick % SLOTS]
      if (!slot || slot.size === 0) continue
      const due = [...slot]
      slot.clear()
      this.#size -= due.length
      for (const entry of due) entry.slot = UNSCHEDULED
      const now = this.#now()
      for (const entry of due) entry.onDue(now)
    }
    if (this.#size === 0 && this.#timer) {
      clearInterval(this.#timer)
      this.#timer = null
    }
  }

  /** How many ticks from now a slot is looked at. */
  #ahead(slot: number): number {
    return (((slot - this.#tick) % SLOTS) + SLOTS) % SLOTS
  }

  #current(): number {
    return Math.floor((this.#now() - this.#start) / TICK_MS)
  }
}
