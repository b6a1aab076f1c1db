import { type Followable, type Following, followable, type Sink, unshare } from '@acme/socket/followable'

/**
 * What a subscription brings, in two forms: read as an async iterable by any caller, or followed by callbacks, which
 * costs nothing while nothing happens. Both bring the same values.
 */
export interface Stream<T> extends AsyncIterable<T, void>, Followable<T> {}

/**
 * @param begin starts giving values to the sink, as long as that is writable.
 * @param signal ends the iterable; who follows by callbacks stops the following instead.
 */
export function stream<T>(begin: (sink: Sink<T>) => Following, signal: AbortSignal): Stream<T> {
  return { [followable]: begin, [Symbol.asyncIterator]: () => new Reader(begin, signal) }
}

type End = { type: 'completed' } | { type: 'failed'; cause: unknown }

/** Reads a stream value by value: the source is asked for one when somebody waits for it. */
class Reader<T> implements AsyncIterator<T, void> {
  readonly #following: Following
  /** Whether the beginning is over, so that there is something to stop. */
  #hasBegun = false
  readonly #signal: AbortSignal
  readonly #values: T[] = []
  #end: End | null = null
  #isAwaited = false
  #news = Promise.withResolvers<void>()

  constructor(begin: (sink: Sink<T>) => Following, signal: AbortSignal) {
    this.#signal = signal
    this.#following = begin(this.#sink())
    this.#hasBegun = true
    if (this.#end) void this.#following.stop()
    signal.addEventListener('abort', this.#aborted, { once: true })
    if (signal.aborted) this.#aborted()
  }

  async next(): Promise<IteratorResult<T, void>> {
    for (;;) {
      const [value] = this.#values.splice(0, 1)
      if (value !== undefined) return { done: false, value }
      if (this.#end?.type === 'failed') throw this.#end.cause
      if (this.#end) return { done: true, value: undefined }
      this.#news = Promise.withResolvers()
      this.#isAwaited = true
      this.#following.resume()
      // It may have given something at once.
      if (this.#values.length === 0 && !this.#end) await this.#news.promise
      this.#isAwaited = false
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#aborted()
    return { done: true, value: undefined }
  }

  #sink(): Sink<T> {
    const isWritable = () => this.#isAwaited && this.#end === null && this.#values.length === 0
    return {
      get writable() {
        return isWritable()
      },
      next: (value) => {
        if (this.#end) return
        this.#values.push(unshare(value))
        this.#news.resolve()
      },
      error: (cause) => this.#finish({ type: 'failed', cause }),
      complete: () => this.#finish({ type: 'completed' }),
    }
  }

  readonly #aborted = () => {
    this.#values.length = 0
    this.#finish({ type: 'completed' })
  }

  #finish(end: End): void {
    if (this.#end) return
    this.#end = end
    this.#signal.removeEventListener('abort', this.#aborted)
    if (this.#hasBegun) void this.#following.stop()
    this.#news.resolve()
  }
}
