import { type TrackedEnvelope, tracked } from '@trpc/server'
import { type Followable, type Following, followable, type Shared, type Sink, share } from '../followable.ts'

/** One line, and its number as the id to resume behind. */
export type Entry = TrackedEnvelope<{ text: string }>

/** An append-only log that can be read from any place on, in both forms. */
export class Journal {
  readonly #lines: string[] = []
  readonly #listeners = new Set<() => void>()
  readonly #shared: Shared<Entry>[] = []
  /** Entries that readers were given, in either form. */
  given = 0
  /** Readers that hold something. */
  get readers(): number {
    return this.#listeners.size
  }

  write(text: string): number {
    const length = this.#lines.push(text)
    this.#shared.push(share(entry(length, text)))
    for (const listener of this.#listeners) listener()
    return length
  }

  async *read(after: number, signal?: AbortSignal): AsyncGenerator<Entry, void> {
    let wake = () => {}
    const listener = () => wake()
    this.#listeners.add(listener)
    signal?.addEventListener('abort', listener)
    try {
      for (let at = after; !signal?.aborted; ) {
        const text = this.#lines[at]
        if (text === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        } else {
          at += 1
          this.given += 1
          yield entry(at, text)
        }
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }

  followable(after: number, signal?: AbortSignal): AsyncIterable<Entry> & Followable<Entry> {
    return {
      [Symbol.asyncIterator]: () => this.read(after, signal),
      [followable]: (sink) => this.#follow(after, sink),
    }
  }

  #follow(after: number, sink: Sink<Entry>): Following {
    let at = after
    const resume = () => {
      for (let next = this.#shared[at]; next && sink.writable; next = this.#shared[at]) {
        at += 1
        this.given += 1
        sink.next(next)
      }
    }
    this.#listeners.add(resume)
    resume()
    return { resume, stop: () => void this.#listeners.delete(resume) }
  }
}

function entry(number: number, text: string): Entry {
  return tracked(String(number), { text })
}
