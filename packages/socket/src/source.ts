import { isObservable, type Observable } from '@trpc/server/observable'
import { type Following, followable, isFollowable, type Sink } from './followable.ts'

/** A sink that also hears of what failed after the end. */
export interface ReportingSink extends Sink<unknown> {
  report: (cause: unknown) => void
}

/** What a subscription may return. */
export type Source = AsyncIterable<unknown> | Observable<unknown, unknown>

export function isSource(value: unknown): value is Source {
  return isFollowable(value) || isIterable(value) || isObservable(value)
}

/** Follows a source in the cheapest form it has. Throws what the source throws at its beginning. */
export function follow(source: Source, sink: ReportingSink): Following {
  if (isFollowable(source)) return source[followable](sink)
  return isIterable(source) ? new IterableFollowing(source, sink) : followObservable(source, sink)
}

/** Releases a source that nobody will read: it never began. */
export async function discard(source: Source): Promise<void> {
  if (!isFollowable(source) && isIterable(source)) await dispose(source[Symbol.asyncIterator]())
}

/** Reads an async iterable, one value at a time and only while the sink has room. */
class IterableFollowing implements Following {
  readonly #iterator: AsyncIterator<unknown>
  readonly #sink: ReportingSink
  #pulling = false
  #stopped = false

  constructor(iterable: AsyncIterable<unknown>, sink: ReportingSink) {
    this.#iterator = iterable[Symbol.asyncIterator]()
    this.#sink = sink
    this.resume()
  }

  resume(): void {
    if (this.#pulling || this.#stopped || !this.#sink.writable) return
    this.#pulling = true
    let next: Promise<IteratorResult<unknown>>
    try {
      next = Promise.resolve(this.#iterator.next())
    } catch (cause) {
      next = Promise.reject(cause)
    }
    next.then(this.#take, this.#fail)
  }

  /** Does not wait for a value under way: an iterator may give none until it is told to return. */
  stop(): Promise<void> {
    this.#stopped = true
    return dispose(this.#iterator)
  }

  readonly #take = ({ done, value }: IteratorResult<unknown>): void => {
    this.#pulling = false
    if (this.#stopped) return
    if (done) this.#sink.complete()
    else {
      this.#sink.next(value)
      this.resume()
    }
  }

  readonly #fail = (cause: unknown): void => {
    this.#pulling = false
    if (!this.#stopped) this.#sink.error(cause)
    // How an iterator that was stopped is expected to end.
    else if (!isAbortError(cause)) this.#sink.report(cause)
  }
}

/** Observables have no back-pressure; what they give is bounded by the socket's bound on unsent output. */
function followObservable(source: Observable<unknown, unknown>, sink: Sink<unknown>): Following {
  const subscription = source.subscribe({
    next: (value) => sink.next(value),
    error: (cause) => sink.error(cause),
    complete: () => sink.complete(),
  })
  return { resume: () => undefined, stop: () => subscription.unsubscribe() }
}

async function dispose(iterator: AsyncIterator<unknown> & Partial<AsyncDisposable>): Promise<void> {
  const asyncDispose = iterator[Symbol.asyncDispose]
  if (asyncDispose) await asyncDispose.call(iterator)
  else await iterator.return?.()
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

export function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError'
}
