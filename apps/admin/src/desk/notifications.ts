import type { SupportChatListItem } from '@acme/api'
import type { KeyValueStorage } from '@acme/client'
import { nameOf } from '../name-of.ts'

type NotificationState = 'unavailable' | 'blocked' | 'off' | 'on'

/** Desktop notifications of new user messages, while the tab is out of sight. */
export interface Notifications {
  readonly state: NotificationState
  /** Turns them on or off; asks the browser's permission the first time. */
  toggle(): Promise<NotificationState>
  show(card: SupportChatListItem, open: () => void): void
}

const OFF_KEY = 'acme.inbox.notifications-off'

export function createNotifications(storage: KeyValueStorage): Notifications {
  const read = (): NotificationState => {
    if (typeof Notification === 'undefined') return 'unavailable'
    if (Notification.permission === 'denied') return 'blocked'
    return Notification.permission === 'granted' && storage.get(OFF_KEY) === null ? 'on' : 'off'
  }
  return {
    get state() {
      return read()
    },
    async toggle() {
      const before = read()
      if (before === 'on') storage.set(OFF_KEY, '1')
      if (before === 'off') {
        storage.remove(OFF_KEY)
        if (Notification.permission === 'default') await Notification.requestPermission()
      }
      return read()
    },
    show(card, open) {
      if (read() !== 'on' || document.visibilityState === 'visible') return
      try {
        // One per chat: the newest message takes the place of the one before.
        const { lastMessage } = card
        const shown = new Notification(nameOf(card.user), {
          // A colleague may have answered already: their words are not the user's.
          body: lastMessage?.senderType === 'user' ? lastMessage.preview : '',
          tag: card.id,
        })
        shown.onclick = () => {
          window.focus()
          open()
          shown.close()
        }
      } catch {
        // Android's browsers have the permission but allow notifications from service workers alone.
      }
    },
  }
}
