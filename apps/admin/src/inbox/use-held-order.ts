import type { SupportChatListItem } from '@acme/api'
import { type PointerEvent, useState } from 'react'
import { holdOrder } from './hold-order.ts'

/** Keeps the order while a mouse or pen is over the list, so that nobody opens the wrong chat. */
export function useHeldOrder(now: readonly SupportChatListItem[]) {
  const [held, setHeld] = useState<readonly SupportChatListItem[] | null>(null)
  const hold = (event: PointerEvent) => {
    // A finger is over nothing until it touches, and then it scrolls.
    if (event.pointerType !== 'touch' && held === null) setHeld(now)
  }
  return {
    ...(held === null ? { cards: [...now], updated: 0 } : holdOrder(held, now)),
    /** Shows the list as it is now, and holds that. */
    letGo: () => setHeld(held === null ? null : now),
    pointer: { onPointerEnter: hold, onPointerMove: hold, onPointerLeave: () => setHeld(null) },
  }
}
