import type { SupportChatListItem } from '../contract.ts'
import type { InboxChange } from '../hints.ts'

/** A chat with a message in the sweep's window. */
export interface RecentChat {
  id: string
  lastSeq: number
  lastUserSeq: number
  /** The user's newest message is in the window too. */
  userWrote: boolean
}

interface Told {
  lastSeq: number
  /** User messages up to here were announced; null: only other changes of this chat were told of. */
  lastUserSeq: number | null
  /** When it was noted, by this process's own clock. */
  notedAtMs: number
}

/**
 * What the followers of an inbox feed have been told of, so that each user message is announced once, however many
 * hints, repeated sends and sweeps speak of it.
 *
 * Only chats with a message in the sweep's window, and those told of since the last sweep, are remembered. That is
 * enough: a message that is older than the window was found by a sweep, if no hint was heard before.
 */
export class Announced {
  #told = new Map<string, Told>()
  /** Messages up to this time of the database have been told of. */
  #horizon: Date | null = null

  /** Says as what a card is to be told, and notes that it is told now. */
  tell(card: SupportChatListItem, hinted: InboxChange): InboxChange {
    const { id, messageCount: lastSeq, lastUserSeq, lastMessageAt } = card
    const before = this.#told.get(id)?.lastUserSeq ?? null
    const isLate = this.#horizon !== null && lastMessageAt <= this.#horizon
    const isNews = before === null ? hinted === 'new_user_message' && !isLate : lastUserSeq > before
    const isKnown = before !== null || hinted === 'new_user_message'
    this.#told.set(id, { lastSeq, lastUserSeq: isKnown ? lastUserSeq : null, notedAtMs: performance.now() })
    return isNews ? 'new_user_message' : 'chats_changed'
  }

  /**
   * Compares with what a sweep has read, and forgets what is older. Returns the chats that are still to be told of.
   *
   * @param startedAtMs when the sweep began to read, by this process's clock: what was noted since is newer
   * @param horizon the beginning of the next sweep's window
   */
  compare(
    chats: readonly RecentChat[],
    { startedAtMs, horizon }: { startedAtMs: number; horizon: Date },
  ): string[] {
    const told = new Map([...this.#told].filter(([, { notedAtMs }]) => notedAtMs >= startedAtMs))
    const untold: string[] = []
    for (const { id, lastSeq, lastUserSeq, userWrote } of chats) {
      const known = this.#told.get(id)
      // Not there in the last sweep and not told of since: what it has in the window is new.
      const before = {
        lastSeq: known?.lastSeq ?? lastSeq - 1,
        lastUserSeq: known?.lastUserSeq ?? (userWrote ? lastUserSeq - 1 : lastUserSeq),
      }
      told.set(id, { ...before, notedAtMs: known?.notedAtMs ?? startedAtMs })
      if (lastSeq > before.lastSeq || lastUserSeq > before.lastUserSeq) untold.push(id)
    }
    this.#told = told
    this.#horizon = horizon
    return untold
  }

  /** Takes what a sweep has read as told: nobody listens, or it was there before anybody did. */
  assume(chats: readonly RecentChat[], horizon: Date): void {
    const notedAtMs = performance.now()
    this.#told = new Map(
      chats.map(({ id, lastSeq, lastUserSeq }) => [id, { lastSeq, lastUserSeq, notedAtMs }]),
    )
    this.#horizon = horizon
  }
}
