const FIRST_MS = 2
const MOST_MS = 100
const GIVE_UP_MS = 8_000

interface Locked {
  sinceMs: number
  delayMs: number
  isDue: boolean
}

/**
 * Chats that somebody else had locked when messages were to be stored, and when to try again: after 2 ms, then after
 * twice as long and so on up to 100 ms, for 8 s.
 */
export class LockedChats {
  readonly #onDue: () => void
  readonly #chats = new Map<string, Locked>()

  /** `onDue` is told when one may be tried again. */
  constructor(onDue: () => void) {
    this.#onDue = onDue
  }

  /** It has to wait yet. */
  isWaiting(chatId: string): boolean {
    return this.#chats.get(chatId)?.isDue === false
  }

  /** It was found locked. False: it has been for too long, and is forgotten. */
  found(chatId: string): boolean {
    const nowMs = performance.now()
    const { sinceMs, delayMs } = this.#chats.get(chatId) ?? { sinceMs: nowMs, delayMs: FIRST_MS / 2 }
    if (nowMs - sinceMs > GIVE_UP_MS) {
      this.#chats.delete(chatId)
      return false
    }
    const locked = { sinceMs, delayMs: Math.min(delayMs * 2, MOST_MS), isDue: false }
    this.#chats.set(chatId, locked)
    setTimeout(() => {
      locked.isDue = true
      this.#onDue()
    }, locked.delayMs)
    return true
  }

  /** Its lock was had, although nothing could be stored: whoever had it before has let it go. */
  obtained(chatId: string): void {
    const locked = this.#chats.get(chatId)
    if (locked) Object.assign(locked, { sinceMs: performance.now(), delayMs: FIRST_MS / 2 })
  }

  /** It was tried, and not found locked again. */
  tried(chatId: string): void {
    if (!this.isWaiting(chatId)) this.#chats.delete(chatId)
  }
}
