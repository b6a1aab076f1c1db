import type { SupportChatListItem } from '@acme/api'
import { type KeyboardEvent, useCallback, useState } from 'react'

/** Arrow keys, Home and End move the focus from card to card; Tab enters and leaves the list as one. */
export function useCardKeys(cards: readonly SupportChatListItem[], openId: string | null) {
  const [focused, setFocused] = useState<string | null>(null)
  const has = (id: string | null) => cards.some((card) => card.id === id)

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-card]')]
    const at = links.findIndex((link) => link.matches(':focus'))
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    links[Math.max(0, next)]?.focus()
  }
  return {
    onKeyDown,
    onFocus: useCallback((id: string) => setFocused(id), []),
    tabStop: [focused, openId].find(has) ?? cards[0]?.id ?? null,
  }
}

/** Puts the focus on a chat's card, if it is there. */
export function focusCard(id: string): void {
  document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`)?.focus()
}
