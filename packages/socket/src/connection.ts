import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Adapter, CloseCause } from './adapter.ts'
import type { CloseCode } from './close-codes.ts'
import { type ContextState, Identification } from './context.ts'
import { type DeadlineOwner, Deadlines, NEVER } from './deadlines.ts'
import { PING } from './encoding.ts'
import type { RequestId } from './envelope.ts'
import { FrameBudget } from './frame-budget.ts'
import { Outgoing, type OutgoingOwner } from './outgoing.ts'
import { report } from './refuse.ts'
import type { Subscription } from './subscription.ts'

/**
 * One socket: what it follows, what it may send, and when it is given up.
 *
 * It is open until `close` is called or the peer goes. Nothing is sent after that, not even that a subscription has
 * stopped: a client takes `stopped` as the end, and a lost socket as a reason to subscribe again.
 */
export class Connection<Context> implements OutgoingOwner, DeadlineOwner {
  readonly adapter: Adapter<Context>
  readonly socket: WebSocket
  readonly subscriptions = new Map<RequestId, Subscription<Context>>()
  context: ContextState<Context>
  /** Queries and mutations that are not answered yet. */
  callsUnderWay = 0
  readonly #outgoing: Outgoing
  #budget: FrameBudget
  /** Who pays for its frames, once that is known. */
  #owner: string | null = null
  readonly #deadlines: Deadlines
  #controller: AbortController | null = null
  #cause: CloseCause = null
  #isClosing = false
  #isClosed = false
  #isReading = true
  #isHeld = false
  #sentWhenHeard = 0

  constructor(adapter: Adapter<Context>, socket: WebSocket, stream: Duplex, request: IncomingMessage) {
    const now = adapter.now()
    this.adapter = adapter
    this.socket = socket
    this.#outgoing = new Outgoing(socket, stream, adapter.flusher, adapter.limits, this)
    this.#budget = new FrameBudget(adapter.limits, now)
    this.#deadlines = new Deadlines(this, adapter.wheel, adapter.limits, now)
    this.context = new Identification(this, request).begin(now)
    this.#deadlines.begin(now)
  }

  /** Aborts when the socket is closed. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  get isOpen(): boolean {
    return !this.#isClosing && this.socket.readyState === this.socket.OPEN
  }

  /** Whether a source may give more. */
  get writable(): boolean {
    return !this.#outgoing.stalled && this.isOpen
  }

  get unsentBytes(): number {
    return this.#outgoing.unsentBytes
  }

  get ctx(): Context | undefined {
    return this.context.type === 'ready' ? this.context.ctx : undefined
  }

  /** Its context is made. Whoever owns it pays for its frames from now on, and for those until now, also of one that is gone. */
  identified(ctx: Context): void {
    this.context = { type: 'ready', ctx }
    const { adapter } = this
    const owner = adapter.owner(ctx)
    if (owner === null) return
    const now = adapter.now()
    const used = this.#budget.used(now)
    this.#budget = adapter.budgets.enter(owner, now)
    const isPaid = this.#budget.spend(now, used)
    if (this.#isClosed) adapter.budgets.leave(owner, now)
    else this.#owner = owner
    if (!isPaid && this.isOpen) this.cut('tooManyFrames')
  }

  send(message: string | Buffer): void {
    if (this.isOpen) this.#outgoing.send(message)
  }

  /** Charges for a frame of any kind, or for something refused. False if it was one too many. */
  spend(): boolean {
    if (this.#isClosing) return false
    const now = this.adapter.now()
    this.#deadlines.heard(now)
    this.#sentWhenHeard = this.#outgoing.sentBytes
    if (this.#budget.spend(now)) return true
    this.cut('tooManyFrames')
    return false
  }

  /** Reads nothing more until it is closed. */
  hold(): void {
    this.#isHeld = true
    this.socket.pause()
  }

  /** Reads what it has not read while it waited for its context. */
  readOn(): void {
    if (this.#isReading && !this.#isHeld && this.isOpen) this.socket.resume()
  }

  cut(cause: Exclude<CloseCause, 'contextFailed' | null>): void {
    this.close(this.adapter.codes[cause], cause)
  }

  /** Sends what is gathered and a close frame. A peer that does not answer it in time is cut off. */
  close([code, reason]: CloseCode, cause: CloseCause = null): void {
    if (!this.#isClosing) this.#outgoing.flush()
    // Flushing may have been too much for the peer and closed it.
    if (this.#isClosing) return
    this.#cause = cause
    this.#beginClose()
    this.socket.close(code, reason)
    if (cause === 'tooManyFrames') this.socket.pause()
    else this.socket.resume()
    this.#stopSubscriptions()
  }

  /** The WebSocket refused what the peer sent, or lost it. It closes by itself, if the peer lets it. */
  broken(): void {
    if (!this.#isClosing) this.#beginClose()
  }

  closed(code: number): void {
    this.#deadlines.end()
    this.#isClosing = true
    this.#isClosed = true
    this.#stopSubscriptions()
    this.#controller?.abort()
    if (this.#owner !== null) this.adapter.budgets.leave(this.#owner, this.adapter.now())
    const { ctx } = this
    try {
      this.adapter.onClose({ socket: this.socket, ctx, code, cause: this.#cause })
    } catch (cause) {
      report(this, cause)
    }
  }

  get authenticateBy(): number {
    return this.context.type === 'expected' ? this.context.until : NEVER
  }

  get isBehind(): boolean {
    return this.#outgoing.sentBytes - this.#sentWhenHeard > this.adapter.limits.behindBytes
  }

  onLate(cause: 'notAuthenticated' | 'tooSlow'): void {
    this.cut(cause)
  }

  onSilence(): void {
    this.send(PING)
  }

  onGone(): void {
    this.socket.terminate()
  }

  onStall(): void {
    this.#deadlines.stalled(this.adapter.now())
  }

  onBacklog(): void {
    if (!this.isOpen || this.socket.bufferedAmount <= this.adapter.limits.pauseBytes) return
    this.#isReading = false
    this.socket.pause()
  }

  onDrain(): void {
    this.#deadlines.drained(this.adapter.now())
    if (!this.#isReading && !this.#isHeld) this.socket.resume()
    this.#isReading = true
    if (!this.isOpen) return
    for (const subscription of this.subscriptions.values()) subscription.resume()
  }

  onOverflow(): void {
    this.cut('tooSlow')
  }

  #beginClose(): void {
    this.#isClosing = true
    this.#deadlines.closing(this.adapter.now())
  }

  #stopSubscriptions(): void {
    for (const subscription of this.subscriptions.values()) subscription.stop()
  }
}
