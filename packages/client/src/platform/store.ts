/** Something to look at and to be told about: the whole of what a user interface needs. */
export interface Readable<T> {
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void
  /** The current snapshot: the same object as long as nothing changed. */
  getSnapshot(): T
}

/** Listeners of one thing. A listener that throws does not keep the others from hearing. */
export class Listeners<A extends unknown[] = []> {
  readonly #listeners = new Set<(...args: A) => void>()

  add(listener: (...args: A) => void): () => void {
    // A wrapper of its own, so that the same function added twice is removed once each.
    const own = (...args: A) => listener(...args)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(...args: A): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...args)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  clear(): void {
    this.#listeners.clear()
  }
}
