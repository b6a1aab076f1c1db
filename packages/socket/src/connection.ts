import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { getTRPCErrorFromUnknown } from '@trpc/server'
import type { WebSocket } from 'ws'
import type { Adapter, CloseCause } from './adapter.ts'
import type { CloseCode } from './close-codes.ts'
import { type ContextState, Identification } from './context.ts'
import type { Call, RequestId } from './envelope.ts'
import { type Failure, failureBody } from './failure.ts'
import { FrameBudget } from './frame-budget.ts'
import { Outgoing, type OutgoingOwner } from './outgoing.ts'
import type { Subscription } from './subscription.ts'
import { type Timed, UNSCHEDULED } from './timer-wheel.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * One socket: what it follows, what it may send, and when it is given up.
 *
 * It is open until `close` is called or the peer goes. Nothing is sent after that, not even that a subscription has
 * stopped: a client takes `stopped` as the end, and a lost socket as a reason to subscribe again.
 */
export class Connection<Context> implements OutgoingOwner, Timed {
  readonly adapter: Adapter<Context>
  readonly socket: WebSocket
  readonly subscriptions = new Map<RequestId, Subscription<Context>>()
  context: ContextState<Context>
  /** Queries and mutations that are not answered yet. */
  callsUnderWay = 0
  slot = UNSCHEDULED
  readonly #outgoing: Outgoing
  readonly #budget: FrameBudget
  #controller: AbortController | null = null
  #heardAt: number
  #askedAt = NEVER
  #stalledAt = NEVER
  #closeBy = NEVER
  #cause: CloseCause = null
  #isReading = true
  #isHeld = false

  constructor(adapter: Adapter<Context>, socket: WebSocket, stream: Duplex, request: IncomingMessage) {
    const now = adapter.now()
    this.adapter = adapter
    this.socket = socket
    this.#outgoing = new Outgoing(socket, stream, adapter.flusher, adapter.limits, this)
    this.#budget = new FrameBudget(adapter.limits, now)
    this.#heardAt = now
    this.context = new Identification(this, request).begin(now)
    adapter.wheel.schedule(this, this.#attend(now))
  }

  /** Aborts when the socket is closed. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  get isOpen(): boolean {
    return this.#closeBy === NEVER && this.socket.readyState === this.socket.OPEN
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

  send(message: string | Buffer): void {
    if (this.isOpen) this.#outgoing.send(message)
  }

  /** Answers a call with an error. */
  fail(call: Call, cause: unknown): void {
    const { type, path, input, head } = call
    this.failUnread(head, cause, { type, path, input })
  }

  /** Answers what could not be read as a call. */
  failUnread(
    head: string,
    cause: unknown,
    about: Pick<Failure<Context>, 'type' | 'path' | 'input'> = {
      type: 'unknown',
      path: undefined,
      input: undefined,
    },
    isReported = true,
  ): void {
    const failure = { error: getTRPCErrorFromUnknown(cause), ...about, ctx: this.ctx }
    if (isReported) this.#tell(failure)
    if (!this.isOpen) return
    const { router, encoding } = this.adapter
    this.send(head + failureBody(failure, router, encoding, (other) => this.#tell(other)))
  }

  /** Reports an error that nobody is answered with. */
  report({ type, path, input }: Call, cause: unknown): void {
    this.#tell({ error: getTRPCErrorFromUnknown(cause), type, path, input, ctx: this.ctx })
  }

  /** A frame of any kind came. False if it was one too many. */
  hear(frames = 1): boolean {
    if (this.#closeBy !== NEVER) return false
    const now = this.adapter.now()
    this.#heardAt = now
    if (this.#budget.spend(frames, now)) return true
    this.cut('tooManyFrames')
    return false
  }

  /** Reads nothing more until it is closed. */
  hold(): void {
    this.#isHeld = true
    this.socket.pause()
  }

  cut(cause: Exclude<CloseCause, 'contextFailed' | null>): void {
    this.close(this.adapter.codes[cause], cause)
  }

  /** Sends what is gathered and a close frame. A peer that does not answer it in time is cut off. */
  close([code, reason]: CloseCode, cause: CloseCause = null): void {
    if (this.#closeBy === NEVER) this.#outgoing.flush()
    // Flushing may have been too much for the peer and closed it.
    if (this.#closeBy !== NEVER) return
    this.#cause = cause
    this.#beginClose()
    this.socket.close(code, reason)
    if (cause === 'tooManyFrames') this.socket.pause()
    else this.socket.resume()
    this.#stopSubscriptions()
  }

  /** The WebSocket refused what the peer sent, or lost it. It closes by itself, if the peer lets it. */
  broken(): void {
    if (this.#closeBy === NEVER) this.#beginClose()
  }

  closed(code: number): void {
    this.adapter.wheel.cancel(this)
    this.#closeBy = 0
    this.#stopSubscriptions()
    this.#controller?.abort()
    this.adapter.onClose({ socket: this.socket, ctx: this.ctx, code, cause: this.#cause })
  }

  onStall(): void {
    this.#stalledAt = this.adapter.now()
    this.adapter.wheel.schedule(this, this.#stalledAt + this.adapter.limits.drainMs)
    if (this.socket.bufferedAmount <= this.adapter.limits.pauseBytes) return
    this.#isReading = false
    this.socket.pause()
  }

  onDrain(): void {
    this.#stalledAt = NEVER
    // Who takes what was sent is there.
    this.#heardAt = this.adapter.now()
    if (!this.#isReading && !this.#isHeld) this.socket.resume()
    this.#isReading = true
    if (!this.isOpen) return
    for (const subscription of this.subscriptions.values()) subscription.resume()
  }

  onOverflow(): void {
    this.cut('tooSlow')
  }

  onDue(now: number): void {
    if (now >= this.#closeBy) this.socket.terminate()
    else this.adapter.wheel.schedule(this, this.#attend(now))
  }

  /** Does what is due, and says when to look again. */
  #attend(now: number): number {
    if (this.#closeBy !== NEVER) return this.#closeBy
    const { authentication, drain } = this.#deadlines()
    if (now >= authentication) this.cut('notAuthenticated')
    else if (now >= drain) this.cut('tooSlow')
    if (this.#closeBy !== NEVER) return this.#closeBy
    // Who has not taken its output yet can't have seen a PING behind it.
    return Math.min(authentication, drain === NEVER ? this.#keepAlive(now) : drain)
  }

  #deadlines(): { authentication: number; drain: number } {
    return {
      authentication: this.context.type === 'expected' ? this.context.until : NEVER,
      drain: this.#stalledAt + this.adapter.limits.drainMs,
    }
  }

  #keepAlive(now: number): number {
    const { pingMs, pongMs } = this.adapter.limits
    if (this.#heardAt >= this.#askedAt) this.#askedAt = NEVER
    if (now >= this.#askedAt + pongMs) this.socket.terminate()
    else if (this.#askedAt === NEVER && now >= this.#heardAt + pingMs) {
      this.#askedAt = now
      this.send('PING')
    }
    return this.#askedAt === NEVER ? this.#heardAt + pingMs : this.#askedAt + pongMs
  }

  #beginClose(): void {
    this.#closeBy = this.adapter.now() + this.adapter.limits.closeMs
    this.adapter.wheel.schedule(this, this.#closeBy)
  }

  #stopSubscriptions(): void {
    for (const subscription of this.subscriptions.values()) subscription.stop()
  }

  /** The server's own callback must not break a socket. */
  #tell(failure: Failure<Context>): void {
    try {
      this.adapter.onError({ ...failure, socket: this.socket })
    } catch {
      // There is nobody left to tell.
    }
  }
}
