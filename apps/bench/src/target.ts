/** A server under load, and how one speaks to it. */
export interface Target {
  name: string
  pid: number
  /** One per chat: somebody who sends, and somebody else who sees it. */
  pairs: readonly Pair[]
  close: () => Promise<void>
}

export interface Pair {
  /** Resolves when the message is acknowledged: stored. */
  send: (id: string, content: string) => Promise<void>
  /** Called with the id of every message that arrives at the other one. */
  onSeen: (listener: (id: string) => void) => void
}

/** Resolves promises by the key of what came back. */
export class Answers {
  readonly #waiting = new Map<string | number, () => void>()

  wait(key: string | number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(key, resolve))
  }

  came(key: string | number): void {
    this.#waiting.get(key)?.()
    this.#waiting.delete(key)
  }
}
