import type { ChatUser } from '@acme/api'
import { api } from '@acme/react/query'
import { faultOf } from '../fault.ts'
import { useCardList } from '../inbox/use-card-list.ts'

/** Whose chat it is: from its card, else asked for. `unknown` when there is no such chat. */
export function useChatUser(chatId: string): ChatUser | 'asking' | 'unknown' {
  const active = useCardList(false, '', false)
  const archived = useCardList(true, '', false)
  const card = [...active.cards, ...archived.cards].find(({ id }) => id === chatId)
  const chat = api.admin.chats.get.useQuery(
    { chatId },
    {
      enabled: card === undefined,
      retry: (failures, error) => !isUnknown(error) && failures < 3,
      staleTime: Number.POSITIVE_INFINITY,
    },
  )
  if (card) return card.user
  if (chat.data) return chat.data.user
  return isUnknown(chat.error) ? 'unknown' : 'asking'
}

function isUnknown(error: unknown): boolean {
  if (!error) return false
  const { code } = faultOf(error)
  // BAD_REQUEST: what stands in the address is no id at all.
  return code === 'NOT_FOUND' || code === 'BAD_REQUEST'
}
