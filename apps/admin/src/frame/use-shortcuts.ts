import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { SEARCH_ID } from '../inbox/search-field.tsx'
import { focusCard } from '../inbox/use-card-keys.ts'

/** `/` searches, Escape goes from a chat back to the list and to its card. */
export function useShortcuts(): void {
  const [place, navigate] = useLocation()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
        return
      if (event.key === '/' && !isEditable(event.target)) {
        event.preventDefault()
        document.getElementById(SEARCH_ID)?.focus()
      } else if (event.key === 'Escape') {
        // From a chat alone: elsewhere it may be meant for a field, and what was typed there would be gone.
        const [, chatId] = /^\/chats\/([^/]+)/.exec(place) ?? []
        if (!chatId) return
        focusCard(chatId)
        navigate('/')
        // Where there is room for one of them only, the list is not to be seen before.
        requestAnimationFrame(() => focusCard(chatId))
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [place, navigate])
}

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
