import type { SupportMessage } from '@acme/api'
import { faultOf } from '../connection/fault.ts'
import type { Calls } from '../connection/wire.ts'
import type { Timeline } from './timeline.ts'

const PAGE = 50

/** The page before what is shown, at most one at a time; wanted without a connection, it comes with the next one. */
export class EarlierPages {
  readonly #onChange: () => void
  #state: 'idle' | 'wanted' | 'loading' = 'idle'
  #turn = 0

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get isLoading(): boolean {
    return this.#state !== 'idle'
  }

  /** Says whether that is news. */
  want(timeline: Timeline): boolean {
    if (!timeline.hasEarlier || this.#state !== 'idle') return false
    this.#state = 'wanted'
    return true
  }

  load(chatId: string, timeline: Timeline, calls: Calls | null): void {
    if (!calls || this.#state !== 'wanted') return
    this.#state = 'loading'
    const turn = ++this.#turn
    const settle = (state: 'idle' | 'wanted') => {
      this.#state = state
      this.#onChange()
    }
    calls.history({ chatId, before: timeline.firstSeq, limit: PAGE }).then(
      ({ messages }) => {
        if (turn !== this.#turn) return
        timeline.prepend(messages)
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

/**
 * Reads forward what came after the last shown message, without a subscription. Before `last + page` there is at
 * most one page of new messages, so nothing is skipped.
 */
export async function catchUp(
  calls: Calls,
  chatId: string,
  timeline: Timeline,
  take: (page: readonly SupportMessage[]) => void,
): Promise<void> {
  for (let last = -1; last < timeline.lastSeq; ) {
    last = timeline.lastSeq
    const page = await calls.history({ chatId, before: last + 1 + PAGE, limit: PAGE })
    take(page.messages)
  }
}
