import { type Following, type Shared, type Sink, unshare } from '@acme/socket/followable'
import type { AdminNotificationMessage, SupportChatListItem } from '../contract.ts'
import type { Deps } from '../deps.ts'
import type { InboxChange } from '../hints.ts'
import { type Stream, stream } from '../stream.ts'
import type { InboxFeed } from './inbox-feed.ts'

/**
 * Follows the inbox: the cards with new user messages, and the cards that changed otherwise. What an admin's slow
 * connection could not take yet is kept as one card per chat. Not resumed: whoever connects loads the list.
 */
export function onUserMessage(
  { inbox }: Pick<Deps, 'inbox'>,
  signal: AbortSignal,
): Stream<AdminNotificationMessage> {
  return stream((sink) => new InboxFollowing(inbox, sink), signal)
}

class InboxFollowing implements Following {
  readonly #sink: Sink<AdminNotificationMessage>
  readonly #waiting = new Map<string, { change: InboxChange; card: SupportChatListItem }>()
  readonly #leave: () => void

  constructor(inbox: InboxFeed, sink: Sink<AdminNotificationMessage>) {
    this.#sink = sink
    this.#leave = inbox.follow((frame) => this.#heard(frame))
  }

  resume(): void {
    for (const type of ['new_user_message', 'chats_changed'] as const) {
      if (!this.#sink.writable) return
      const chats: SupportChatListItem[] = []
      for (const [id, { change, card }] of this.#waiting) {
        if (change !== type) continue
        chats.push(card)
        this.#waiting.delete(id)
      }
      if (chats.length > 0) this.#sink.next({ type, chats })
    }
  }

  stop(): void {
    this.#leave()
  }

  /** Passed on as it is, which is encoded once for all admins, unless something older still waits. */
  #heard(frame: Shared<AdminNotificationMessage>): void {
    if (this.#waiting.size === 0 && this.#sink.writable) {
      this.#sink.next(frame)
      return
    }
    const { type, chats } = unshare(frame)
    for (const card of chats) {
      const before = this.#waiting.get(card.id)?.change
      this.#waiting.set(card.id, { change: before === 'new_user_message' ? before : type, card })
    }
    this.resume()
  }
}
