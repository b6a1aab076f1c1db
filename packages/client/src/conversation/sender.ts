import type { SupportMessage } from '@acme/api'
import { type CallFault, faultOf } from '../connection/fault.ts'
import type { Calls } from '../connection/wire.ts'
import { backOff, type Clock } from '../platform/clock.ts'
import { TIMINGS } from '../platform/timings.ts'
import type { Outbox } from './outbox.ts'

/** A message the server keeps failing at must not block the next ones for ever. */
const MOST_BREAKS = 5

export interface SenderOptions {
  outbox: Outbox
  clock: Clock
  /** Null until the chat is known. */
  chatId: () => string | null
  /** Null while nothing can be reached. */
  calls: () => Calls | null
  /** The server has the message. It may be told more than once. */
  onAnswer: (message: SupportMessage) => void
  onChange: () => void
  /** No answer came although the connection looks well. */
  onUnanswered: () => void
}

/**
 * Empties the outbox: one message at a time, in order of writing, so that order survives every retry.
 *
 * A message is settled by whichever comes first, the answer of `send` or the event that shows it; the id is the same
 * on every try, so trying again is always safe. `refused` fails the message and lets the next go on; every other
 * fault leaves it waiting: for the time the server named, for a moment, or for the connection. What waits for another
 * tab is taken over when that tab does not send it.
 */
export class Sender {
  readonly #options: SenderOptions
  #current: { id: string; end: () => void } | null = null
  #pause: (() => void) | null = null
  #takeOver: (() => void) | null = null
  #faults = 0
  #breaks = 0
  #stopped = false

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Sends the next message if nothing stands against it. */
  pump(): void {
    const { outbox, clock, onAnswer, onChange, onUnanswered } = this.#options
    const calls = this.#options.calls()
    const chatId = this.#options.chatId()
    if (this.#stopped || !calls || !chatId) return
    this.#waitForOtherTabs()
    if (this.#current || this.#pause) return
    if (outbox.dropDiscarded()) onChange()
    const next = outbox.next()
    if (!next) return

    const { id, content } = next
    const current = {
      id,
      end: clock.after(TIMINGS.sendAnswerMs, () => this.#unanswered(current, onUnanswered)),
    }
    this.#current = current
    outbox.sending(id)
    onChange()
    calls.send({ chatId, id, content }).then(
      (message) => {
        if (this.#current === current) this.#settle()
        this.#faults = 0
        this.#breaks = 0
        // Also when it comes late: an answer is an answer.
        outbox.confirm(id)
        onAnswer(message)
        this.pump()
      },
      (error: unknown) => {
        if (this.#current !== current) return
        this.#settle()
        this.#failed(id, faultOf(error))
        onChange()
        this.pump()
      },
    )
  }

  /** The server has the message with this id: no need to wait for the answer. */
  settled(id: string): void {
    if (this.#current?.id !== id) return
    this.#settle()
    this.pump()
  }

  /** Another way to the server, or none: what was on the old one is unanswered. */
  restart(): void {
    if (this.#current) this.#options.outbox.wait(this.#current.id)
    this.#rest()
    this.#faults = 0
    this.pump()
  }

  /** Sends nothing more, for good. An answer that comes yet is taken. */
  stop(): void {
    this.#stopped = true
    this.#rest()
  }

  #rest(): void {
    this.#settle()
    this.#pause?.()
    this.#pause = null
    this.#takeOver?.()
    this.#takeOver = null
  }

  /** Counted from when it could be sent, so that of two tabs that come online the writer's is first. */
  #waitForOtherTabs(): void {
    const { outbox, clock } = this.#options
    const waiting = outbox.elsewhere()
    if (this.#takeOver || waiting.length === 0) return
    // Not all other tabs at once.
    this.#takeOver = clock.after(TIMINGS.takeOverMs * (1 + clock.random()), () => {
      this.#takeOver = null
      outbox.takeOver(waiting)
      this.pump()
    })
  }

  #settle(): void {
    this.#current?.end()
    this.#current = null
  }

  #unanswered(current: { id: string }, onUnanswered: () => void): void {
    if (this.#current?.id !== current.id) return
    this.#settle()
    this.#options.outbox.wait(current.id)
    onUnanswered()
    this.#options.onChange()
    this.pump()
  }

  #failed(id: string, fault: CallFault): void {
    const { outbox, clock } = this.#options
    if (fault.kind === 'refused') {
      outbox.fail(id, { message: fault.message, retryable: fault.code === 'NOT_FOUND' })
      return
    }
    if (fault.kind === 'broken' && ++this.#breaks >= MOST_BREAKS) {
      this.#breaks = 0
      outbox.fail(id, {
        message: 'The server could not take this message. Try again later.',
        retryable: true,
      })
      return
    }
    outbox.wait(id)
    this.#faults += 1
    const ms =
      fault.kind === 'busy'
        ? fault.retryAfterMs
        : backOff(clock, this.#faults, TIMINGS.retryFirstMs, TIMINGS.retryMostMs)
    this.#pause = clock.after(ms, () => {
      this.#pause = null
      this.pump()
    })
  }
}
