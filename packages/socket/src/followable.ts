import { Shared } from './shared.ts'

/**
 * A cheaper form of a stream.
 *
 * A subscription returns an async iterable, which every caller can read. An iterable that also has a method under
 * this symbol can be followed by callbacks: no promise waits while nothing happens. Both forms must bring the same
 * values; nothing is held until one of them begins. Who follows by callbacks calls `stop` at the end; the procedure's
 * signal does not abort then.
 */
export const followable: unique symbol = Symbol.for('@acme/socket/followable')

export interface Followable<T> {
  /** Begins to give values to `sink`. What it throws is the subscription's error. */
  [followable]: (sink: Sink<T>) => Following
}

/** Who follows. Calls after the end are ignored. */
export interface Sink<T> {
  /** False while the reader's unread output is above its mark: give nothing more until `resume` is called. */
  readonly writable: boolean
  /** Gives a value, tracked or not. What is given while `writable` is false is sent as well, up to a bound. */
  next: (value: T | Shared<T>) => void
  /** Ends with an error. */
  error: (cause: unknown) => void
  /** Ends. */
  complete: () => void
}

/** The source's half. */
export interface Following {
  /** The sink is writable again. */
  resume: () => void
  /** Releases what is held. Called once, whatever ended it, possibly from within `next`. May give a promise. */
  stop: () => void | Promise<void>
}

/** Marks a value that many followers get: it is encoded once. It must not change any more. */
export function share<T>(value: T): Shared<T> {
  return new Shared(value)
}

/** The value itself, for who does not encode it. */
export function unshare<T>(value: T | Shared<T>): T {
  return value instanceof Shared ? value.value : value
}

export type { Shared }

export function isFollowable(value: unknown): value is Followable<unknown> {
  return typeof value === 'object' && value !== null && followable in value
}
