import { callTRPCProcedure, TRPCError } from '@trpc/server'
import type { Connection } from './connection.ts'
import { STARTED, STOPPED } from './encoding.ts'
import type { Call } from './envelope.ts'
import { type Following, isFollowable } from './followable.ts'
import { fail, report } from './refuse.ts'
import { Shared } from './shared.ts'
import { discard, follow, isAbortError, isSource, type ReportingSink, type Source } from './source.ts'

/** How a subscription ends, when it does. */
type End = { type: 'stopped' } | { type: 'failed'; cause: unknown }

/**
 * One subscription of a socket, from its request until its last message.
 *
 * Its id is taken at once, so that a stop or a disconnect reaches it while its context or its procedure is still
 * awaited. It is freed when the source is released, right before the peer hears that it may use the id again.
 */
export class Subscription<Context> implements ReportingSink {
  readonly #connection: Connection<Context>
  readonly #call: Call
  /** For the procedure, and for a source that is read: what is followed by callbacks is told by `stop`, and keeps none. */
  #controller: AbortController | null = new AbortController()
  #following: Following | null = null
  #end: End | null = null
  #started = false
  /** The procedure has returned a source and `follow` has returned, so that there is something to release. */
  #begun = false

  constructor(connection: Connection<Context>, call: Call) {
    this.#connection = connection
    this.#call = call
  }

  /** Runs the procedure and follows what it returns. Never rejects. */
  async begin(ctx: Context): Promise<void> {
    const { path, input, type, index, head } = this.#call
    const signal = this.#controller?.signal
    try {
      if (!this.#end && signal) {
        const { router } = this.#connection.adapter
        const getRawInput = async () => input
        const source = await callTRPCProcedure({
          router,
          path,
          getRawInput,
          ctx,
          type,
          signal,
          batchIndex: index,
        })
        if (!isSource(source)) {
          const message = `Subscription ${path} did not return an observable or a AsyncGenerator`
          throw new TRPCError({ message, code: 'INTERNAL_SERVER_ERROR' })
        }
        if (this.#end) await this.#discard(source)
        else {
          this.#started = true
          this.#connection.send(head + STARTED)
          this.#following = follow(source, this)
          if (isFollowable(source)) this.#controller = null
        }
      }
    } catch (cause) {
      this.#fail(cause)
    }
    this.#begun = true
    if (this.#end) this.#release(this.#end)
  }

  /** Gives its id back before it began; somebody else answers its request. */
  withdraw(): void {
    this.#begun = true
    this.#end = { type: 'stopped' }
    this.#connection.subscriptions.delete(this.#call.id)
  }

  get writable(): boolean {
    return this.#end === null && this.#connection.writable
  }

  next(value: unknown): void {
    if (this.#end) return
    const { encoding } = this.#connection.adapter
    const { head } = this.#call
    try {
      this.#connection.send(
        value instanceof Shared ? value.frame(head, encoding) : head + encoding.body(value),
      )
    } catch (cause) {
      this.error(cause)
    }
  }

  error(cause: unknown): void {
    this.#abort()
    this.#finish({ type: 'failed', cause })
  }

  complete(): void {
    this.#finish({ type: 'stopped' })
  }

  /** The peer does not want it any more, or is gone. */
  stop(): void {
    this.#abort()
    this.#finish({ type: 'stopped' })
  }

  resume(): void {
    try {
      this.#following?.resume()
    } catch (cause) {
      this.error(cause)
    }
  }

  report(cause: unknown): void {
    report(this.#connection, cause, this.#call)
  }

  /** A procedure that gives up because it was stopped has not failed. */
  #fail(cause: unknown): void {
    const isStopped =
      this.#controller?.signal.aborted && cause instanceof TRPCError && isAbortError(cause.cause)
    if (isStopped && cause.code === 'INTERNAL_SERVER_ERROR') this.stop()
    else {
      this.#abort()
      this.#end = { type: 'failed', cause }
    }
  }

  async #discard(source: Source): Promise<void> {
    try {
      await discard(source)
    } catch (cause) {
      this.report(cause)
    }
  }

  #finish(end: End): void {
    if (this.#end) return
    this.#end = end
    if (this.#begun) this.#release(end)
  }

  #release(end: End): void {
    const following = this.#following
    this.#following = null
    try {
      const released = following?.stop()
      if (released) {
        void this.#releaseLater(released, end)
        return
      }
    } catch (cause) {
      this.report(cause)
    }
    this.#free(end)
  }

  async #releaseLater(released: Promise<void>, end: End): Promise<void> {
    try {
      await released
    } catch (cause) {
      // Only the server hears of it: what has completed does not become a failure by its cleaning up.
      this.report(cause)
    }
    this.#free(end)
  }

  #free(end: End): void {
    const { id, head } = this.#call
    this.#connection.subscriptions.delete(id)
    if (end.type === 'failed') fail(this.#connection, this.#call, end.cause)
    // tRPC's own adapter tells of the end of what has started after its error as well.
    if (end.type === 'stopped' || this.#started) this.#connection.send(head + STOPPED)
  }

  /** Making the error of an abort costs a stack trace. */
  #abort(): void {
    if (this.#controller && !this.#controller.signal.aborted) this.#controller.abort()
  }
}
