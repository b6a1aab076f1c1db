import { faultOf } from '../connection/fault.ts'
import type { Calls } from '../connection/wire.ts'
import type { Clock } from '../platform/clock.ts'
import { TIMINGS } from '../platform/timings.ts'

export interface ReadMarkOptions {
  clock: Clock
  chatId: () => string | null
  calls: () => Calls | null
}

/**
 * How far we have read, here and as the server knows it. It moves forward only, here at once and there soon:
 * coalesced, and told again after a reconnect until the server knows.
 */
export class ReadMark {
  readonly #options: ReadMarkOptions
  #upTo = 0
  #known = 0
  #busy = false
  #later: (() => void) | null = null
  /** Answers to what was asked before a restart concern nobody. */
  #turn = 0

  constructor(options: ReadMarkOptions) {
    this.#options = options
  }

  get upTo(): number {
    return this.#upTo
  }

  /** Another log: what was read of the old one means nothing. */
  reset(upTo: number): void {
    this.stop()
    this.#upTo = upTo
    this.#known = upTo
  }

  /** The reader has seen everything up to here. Says whether that is news. */
  move(upTo: number): boolean {
    if (upTo <= this.#upTo) return false
    this.#upTo = upTo
    this.#tell()
    return true
  }

  /** The server says how far we have read, perhaps in another tab. Says whether that is news. */
  heard(upTo: number): boolean {
    this.#known = Math.max(this.#known, upTo)
    if (upTo <= this.#upTo) return false
    this.#upTo = upTo
    return true
  }

  restart(): void {
    this.stop()
    this.#tell()
  }

  stop(): void {
    this.#turn += 1
    this.#busy = false
    this.#later?.()
    this.#later = null
  }

  #tell(): void {
    const calls = this.#options.calls()
    const chatId = this.#options.chatId()
    const upTo = this.#upTo
    if (this.#busy || this.#later || upTo <= this.#known || !calls || !chatId) return
    this.#busy = true
    this.#wait(TIMINGS.markReadMs)
    const turn = this.#turn
    calls.markRead({ chatId, upTo }).then(
      () => {
        if (turn !== this.#turn) return
        this.#busy = false
        this.#known = Math.max(this.#known, upTo)
        this.#tell()
      },
      (error: unknown) => {
        if (turn !== this.#turn) return
        this.#busy = false
        const fault = faultOf(error)
        // Refused: that log has no such place any more. Saying it again would not help.
        if (fault.kind === 'refused') this.#known = Math.max(this.#known, upTo)
        this.#later?.()
        this.#wait(Math.max(TIMINGS.markReadRetryMs, fault.retryAfterMs))
      },
    )
  }

  #wait(ms: number): void {
    this.#later = this.#options.clock.after(ms, () => {
      this.#later = null
      this.#tell()
    })
  }
}
