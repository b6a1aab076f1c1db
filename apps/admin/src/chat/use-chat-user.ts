import type { ChatUser } from '@acme/api'
import { useState } from 'react'
import { useCardList } from '../inbox/use-card-list.ts'

/**
 * Whose chat it is: from its card, which may be there before the chat, else from the chat itself; null as long as there
 * is neither. Once known it stays known, wherever the card goes.
 */
export function useChatUser(chatId: string, opened: ChatUser | null): ChatUser | null {
  const [known, setKnown] = useState<ChatUser | null>(null)
  const active = useCardList(false, '', false)
  const archived = useCardList(true, '', false)
  const card = [...active.cards, ...archived.cards].find(({ id }) => id === chatId)
  const found = card?.user ?? opened
  if (found && known?.id !== found.id) setKnown(found)
  return found ?? known
}
