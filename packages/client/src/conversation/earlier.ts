import { faultOf } from '../connection/fault.ts'
import type { Calls } from '../connection/wire.ts'
import type { ShownChat } from './chat-log.ts'

/** Messages that are asked for at once. */
export const PAGE = 50

export interface EarlierPagesOptions {
  /** The chat that is shown; null until it has been read. */
  chat: () => ShownChat | null
  /** How the server can be reached at the moment; null if it cannot. */
  calls: () => Calls | null
  onChange: () => void
}

/** The page before what is shown, at most one at a time; wanted without a connection, it comes with the next one. */
export class EarlierPages {
  readonly #options: EarlierPagesOptions
  #state: 'idle' | 'wanted' | 'loading' = 'idle'
  #turn = 0

  constructor(options: EarlierPagesOptions) {
    this.#options = options
  }

  get isLoading(): boolean {
    return this.#state !== 'idle'
  }

  /** Asks for it, if there is one. */
  want(): void {
    const timeline = this.#options.chat()?.timeline
    if (!timeline?.hasEarlier || this.#state !== 'idle') return
    this.#state = 'wanted'
    this.#options.onChange()
    this.load()
  }

  /** Loads it if it is wanted, and can be had. */
  load(): void {
    const { chat: shown, calls: way, onChange } = this.#options
    const chat = shown()
    const calls = way()
    if (!chat || !calls || this.#state !== 'wanted') return
    this.#state = 'loading'
    const turn = ++this.#turn
    const settle = (state: 'idle' | 'wanted') => {
      this.#state = state
      onChange()
    }
    calls.history({ chatId: chat.id, before: chat.timeline.firstSeq, limit: PAGE }).then(
      ({ messages }) => {
        if (turn !== this.#turn) return
        chat.timeline.prepend(messages)
        settle('idle')
      },
      (error: unknown) => {
        if (turn !== this.#turn) return
        const { kind } = faultOf(error)
        settle(kind === 'unanswered' || kind === 'unauthorized' ? 'wanted' : 'idle')
      },
    )
  }

  /** What was asked over a socket that is gone is asked again. */
  interrupted(): void {
    this.#turn += 1
    if (this.#state === 'loading') this.#state = 'wanted'
  }

  reset(): void {
    this.#turn += 1
    this.#state = 'idle'
  }
}
