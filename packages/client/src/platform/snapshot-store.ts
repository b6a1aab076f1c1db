import type { Clock } from './clock.ts'
import { Listeners, type Readable } from './store.ts'
import { TIMINGS } from './timings.ts'

/** A snapshot that is made when somebody looks at it, and made anew after each change. */
export class SnapshotStore<T> implements Readable<T> {
  readonly #make: () => T
  readonly #clock: Clock
  readonly #listeners = new Listeners()
  #made: { snapshot: T } | null = null
  #later: (() => void) | null = null

  constructor(make: () => T, clock: Clock) {
    this.#make = make
    this.#clock = clock
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  getSnapshot(): T {
    this.#made ??= { snapshot: this.#make() }
    return this.#made.snapshot
  }

  /** Something is different: tells the listeners. */
  changed(): void {
    this.#later?.()
    this.#later = null
    this.#made = null
    this.#listeners.tell()
  }

  /** As `changed`, a moment later, and once for all changes until then. */
  changedSoon(): void {
    this.#later ??= this.#clock.after(TIMINGS.paintMs, () => this.changed())
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#later?.()
    this.#listeners.clear()
  }
}
