import type { Follower } from '../chat/on-message.ts'
import type { Deps } from '../deps.ts'
import type { AdminNotificationMessage, SupportChatListItem } from '../present.ts'
import { Wake } from '../wake.ts'
import type { InboxChange } from './announced.ts'

/**
 * Follows the inbox: the cards with new user messages, and the cards that changed otherwise. What an admin's slow
 * connection could not take yet is kept as one card per chat. Not resumed: whoever connects loads the list.
 */
export async function* onUserMessage(
  { inbox }: Pick<Deps, 'inbox'>,
  { signal, drained }: Follower,
): AsyncGenerator<AdminNotificationMessage, void> {
  const wake = new Wake()
  const waiting = new Map<string, { change: InboxChange; card: SupportChatListItem }>()
  const stop = inbox.follow((change, cards) => {
    for (const card of cards) {
      const before = waiting.get(card.id)
      waiting.set(card.id, { change: before?.change === 'new_user_message' ? before.change : change, card })
    }
    wake.wake()
  })
  try {
    while (!signal.aborted) {
      for (const type of ['new_user_message', 'chats_changed'] as const) {
        const chats: SupportChatListItem[] = []
        for (const [id, { change, card }] of waiting) {
          if (change !== type) continue
          chats.push(card)
          waiting.delete(id)
        }
        if (chats.length > 0) yield { type, chats }
      }
      await drained(signal)
      if (waiting.size === 0) await wake.wait(signal)
    }
  } finally {
    stop()
  }
}
