import type { RouterOutputs } from '@acme/api'
import { type CallFault, faultOf } from '../connection/fault.ts'
import { backOff, type Clock } from '../platform/clock.ts'
import { TIMINGS } from '../platform/timings.ts'

/** A chat as it is now, with the newest page of its log: what a user's chat and an admin's have in common. */
export type LoadedChat = RouterOutputs['chat']['get']

/** Failures before the reader is told. */
const PATIENCE = 3

export interface ChatLoaderOptions {
  clock: Clock
  load: () => Promise<LoadedChat>
  onLoaded: (chat: LoadedChat) => void
  /** `final`: nobody tries again until told to. Others come after some failures in a row, and attempts go on. */
  onFailure: (message: string, final: boolean) => void
}

/** Loads a chat, again and again until it is there. Only the answer of the latest attempt is heard. */
export class ChatLoader {
  readonly #options: ChatLoaderOptions
  #turn = 0
  #failures = 0
  #loadedAt = Number.NEGATIVE_INFINITY
  #later: (() => void) | null = null

  constructor(options: ChatLoaderOptions) {
    this.#options = options
  }

  /** Reads now, from the first try on. */
  load(): void {
    this.#failures = 0
    this.#try()
  }

  /** Reads now if a later try is planned. */
  retryNow(): void {
    if (this.#later) this.#try()
  }

  /** What was read is not (any more) what the server has. */
  reload(): void {
    const { clock } = this.#options
    if (clock.now() - this.#loadedAt > TIMINGS.reloadMs) this.#try()
    else this.#later ??= clock.after(TIMINGS.reloadMs, () => this.#try())
  }

  stop(): void {
    this.#turn += 1
    this.#later?.()
    this.#later = null
  }

  #try(): void {
    this.stop()
    const turn = this.#turn
    this.#options.load().then(
      (loaded) => {
        if (turn !== this.#turn) return
        this.#failures = 0
        this.#loadedAt = this.#options.clock.now()
        this.#options.onLoaded(loaded)
      },
      (error: unknown) => turn === this.#turn && this.#failed(faultOf(error)),
    )
  }

  #failed(fault: CallFault): void {
    const { clock, onFailure } = this.#options
    if (fault.kind === 'refused' || fault.kind === 'unauthorized') {
      onFailure(fault.message, true)
      return
    }
    this.#failures += 1
    const ms = Math.max(
      fault.retryAfterMs,
      backOff(clock, this.#failures, TIMINGS.retryFirstMs, TIMINGS.retryMostMs),
    )
    this.#later = clock.after(ms, () => this.#try())
    if (this.#failures >= PATIENCE) {
      onFailure('The conversation cannot be loaded right now. Trying again …', false)
    }
  }
}
