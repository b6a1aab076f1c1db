import type { ChatUser } from '@acme/api'
import { api } from '@acme/react/query'
import { useState } from 'react'
import { faultOf, faultText } from '../fault.ts'
import { useCardList } from '../inbox/use-card-list.ts'

export type ChatUserAnswer =
  | { type: 'known'; user: ChatUser }
  | { type: 'asking' }
  /** There is no such chat. */
  | { type: 'unknown' }
  /** Several tries in a row have failed; they go on. */
  | { type: 'failing'; text: string; retry: () => void }

const PATIENCE = 3
const MOST_DELAY_MS = 10_000

/** Whose chat it is: from its card, else asked for. Once known it stays known, wherever the card goes. */
export function useChatUser(chatId: string): ChatUserAnswer {
  const [known, setKnown] = useState<ChatUser | null>(null)
  const active = useCardList(false, '', false)
  const archived = useCardList(true, '', false)
  const card = [...active.cards, ...archived.cards].find(({ id }) => id === chatId)
  const chat = api.admin.chats.get.useQuery(
    { chatId },
    {
      enabled: card === undefined && known === null,
      retry: (_failures, error) => !isUnknown(error),
      retryDelay: (failures) => Math.min(1_000 * 2 ** failures, MOST_DELAY_MS),
      staleTime: Number.POSITIVE_INFINITY,
    },
  )
  const found = card?.user ?? chat.data?.user
  if (found && known?.id !== found.id) setKnown(found)
  const user = found ?? known
  if (user) return { type: 'known', user }
  if (isUnknown(chat.error)) return { type: 'unknown' }
  if (chat.failureCount < PATIENCE) return { type: 'asking' }
  return { type: 'failing', text: faultText(chat.failureReason), retry: () => void chat.refetch() }
}

function isUnknown(error: unknown): boolean {
  if (!error) return false
  const { code } = faultOf(error)
  // BAD_REQUEST: what stands in the address is no id at all.
  return code === 'NOT_FOUND' || code === 'BAD_REQUEST'
}
