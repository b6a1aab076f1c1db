import { WebSocket } from 'ws'

/** A server under load, and how one speaks to it. */
export interface Target {
  name: string
  /** Of the process whose CPU time is counted. */
  pid: number
  /** One per chat: somebody who sends, and somebody else who sees it. */
  pairs: readonly Pair[]
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

/** A socket that is to stay: its end while we measure would make every number wrong, so it ends us. */
export async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.on('close', (code, reason) => {
    throw new Error(`${url} closed a socket: ${code} ${reason}`)
  })
  return socket
}

const OPENED_AT_ONCE = 20

/** So many of them, some at a time. */
export async function makeMany<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = []
  for (let n = 0; n < count; n += OPENED_AT_ONCE) {
    const size = Math.min(OPENED_AT_ONCE, count - n)
    made.push(...(await Promise.all(Array.from({ length: size }, (_, index) => make(n + index)))))
  }
  return made
}
