/**
 * Topics and hints.
 *
 * A hint says that something may have changed; whoever hears it looks at the rows. Hints may be lost, doubled
 * or late, and nothing but speed is lost with them. Within a process they are plain callbacks: one topic's
 * listeners cost nothing to the others (`events.on` cost 200 times as much beside 4,000 idle followers).
 */
export interface Hint {
  readonly topic: string
  /** Small and JSON: it may travel between processes. */
  readonly body: HintBody
}

export type HintBody = { readonly [key: string]: string | number | boolean | null }

/**
 * `carried` is what the publisher had at hand and is only passed within its own process, for example the
 * stored message: whoever gets it need not read it again.
 */
export type Listener = (body: HintBody, carried: unknown) => void

export interface HubOptions {
  /** Told what a listener or a relay threw; by default it is thrown again, outside of whoever published. */
  onError?: (error: unknown) => void
}

export class Hub {
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #relays = new Set<(hint: Hint) => void>()
  readonly #onError: (error: unknown) => void

  constructor({ onError = throwLater }: HubOptions = {}) {
    this.#onError = onError
  }

  /** Calls `listener` for every hint on `topic` until the returned function is called. */
  listen(topic: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic)
    }
  }

  /** Tells this process at once, and the others through the relays. Never throws, never waits. */
  publish(topic: string, body: HintBody, carried?: unknown): void {
    this.deliver(topic, body, carried)
    for (const relay of this.#relays) {
      try {
        relay({ topic, body })
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  /** Tells this process alone: for hints that came from another one, and for what a sweep found. */
  deliver(topic: string, body: HintBody, carried?: unknown): void {
    const listeners = this.#listeners.get(topic)
    if (!listeners) return
    for (const listener of listeners) {
      try {
        listener(body, carried)
      } catch (error) {
        // What one listener throws is neither the others' fault nor the publisher's, who has committed already.
        this.#onError(error)
      }
    }
  }

  /** Passes on what is published here, until the returned function is called. */
  relay(relay: (hint: Hint) => void): () => void {
    this.#relays.add(relay)
    return () => this.#relays.delete(relay)
  }

  /** The topics somebody listens to that begin with `prefix`, without it. */
  topics(prefix: string): string[] {
    const found: string[] = []
    for (const topic of this.#listeners.keys()) {
      if (topic.startsWith(prefix)) found.push(topic.slice(prefix.length))
    }
    return found
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
