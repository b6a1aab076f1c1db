import type { Limits } from './limits.ts'
import { type Timed, type TimerWheel, UNSCHEDULED } from './timer-wheel.ts'

export const NEVER = Number.POSITIVE_INFINITY

export interface DeadlineOwner {
  /** When the connection parameters must have come. */
  readonly authenticateBy: number
  /** Much was sent to it since it was last heard. */
  readonly isBehind: boolean
  /** It must be closed. */
  onLate: (cause: 'notAuthenticated' | 'tooSlow') => void
  /** It is to be asked for a sign of life. */
  onSilence: () => void
  /** It gave none, or did not answer a close frame. */
  onGone: () => void
}

/** The times by which something must come from a socket. Each is a field; the wheel holds one entry for all. */
export class Deadlines implements Timed {
  slot = UNSCHEDULED
  readonly #owner: DeadlineOwner
  readonly #wheel: TimerWheel
  readonly #limits: Limits
  #heardAt: number
  #askedAt = NEVER
  #answerBy = NEVER
  #drainBy = NEVER
  #closeBy = NEVER

  constructor(owner: DeadlineOwner, wheel: TimerWheel, limits: Limits, now: number) {
    this.#owner = owner
    this.#wheel = wheel
    this.#limits = limits
    this.#heardAt = now
  }

  begin(now: number): void {
    this.onDue(now)
  }

  /** Any frame is a sign of life. */
  heard(now: number): void {
    this.#heardAt = now
  }

  stalled(now: number): void {
    this.#drainBy = now + this.#limits.drainMs
    this.#wheel.schedule(this, this.#drainBy)
  }

  /** Who takes what was sent is there. */
  drained(now: number): void {
    this.#drainBy = NEVER
    this.#heardAt = now
  }

  closing(now: number): void {
    this.#closeBy = now + this.#limits.closeMs
    this.#wheel.schedule(this, this.#closeBy)
  }

  end(): void {
    this.#wheel.cancel(this)
  }

  onDue(now: number): void {
    if (now >= this.#closeBy) this.#owner.onGone()
    else if (this.#closeBy === NEVER) this.#attend(now)
    this.#wheel.schedule(this, this.#next(now))
  }

  #attend(now: number): void {
    const { pingMs, pongMs, drainMs } = this.#limits
    if (this.#heardAt >= this.#askedAt) this.#askedAt = NEVER
    if (now >= this.#owner.authenticateBy) this.#owner.onLate('notAuthenticated')
    else if (now >= this.#drainBy) this.#owner.onLate('tooSlow')
    // Who has not taken its output yet can't have seen a PING behind it.
    else if (this.#drainBy !== NEVER) this.#askedAt = NEVER
    else if (this.#askedAt !== NEVER && now >= this.#answerBy) this.#owner.onGone()
    else if (this.#askedAt === NEVER && now >= this.#heardAt + pingMs) {
      this.#askedAt = now
      this.#answerBy = now + (this.#owner.isBehind ? drainMs : pongMs)
      this.#owner.onSilence()
    }
  }

  #next(now: number): number {
    if (this.#closeBy !== NEVER) return this.#closeBy
    const output = this.#drainBy === NEVER ? this.#signOfLife(now) : this.#drainBy
    return Math.min(this.#owner.authenticateBy, output)
  }

  #signOfLife(now: number): number {
    const { pingMs } = this.#limits
    if (this.#askedAt === NEVER) return this.#heardAt + pingMs
    const askAgain = this.#askedAt + pingMs
    return askAgain > now ? Math.min(askAgain, this.#answerBy) : this.#answerBy
  }
}
