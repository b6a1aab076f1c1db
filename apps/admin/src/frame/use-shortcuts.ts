import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { SEARCH_ID } from '../inbox/search-field.tsx'
import { focusCard } from '../inbox/use-card-keys.ts'

/** `/` searches, Escape goes back to the list and to the card one came from. */
export function useShortcuts(): void {
  const [place, navigate] = useLocation()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
        return
      if (event.key === '/' && !isEditable(event.target)) {
        event.preventDefault()
        document.getElementById(SEARCH_ID)?.focus()
      } else if (event.key === 'Escape' && place !== '/') {
        const [, chatId] = /^\/chats\/([^/]+)/.exec(place) ?? []
        if (chatId) focusCard(chatId)
        navigate('/')
        // Where there is room for one of them only, the list is not to be seen before.
        if (chatId) requestAnimationFrame(() => focusCard(chatId))
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [place, navigate])
}

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
