import { api } from '@acme/react/query'
import { useEffect, useRef } from 'react'

/** Tells the server once that an agent has opened the chat, as soon as it is there. */
export function useViewed(chatId: string, ready: boolean): void {
  // Nobody waits for it, and nothing is lost if it never arrives.
  const { mutate } = api.admin.chats.view.useMutation({ retry: 3 })
  const told = useRef(false)
  useEffect(() => {
    if (!ready || told.current) return
    told.current = true
    mutate({ chatId })
  }, [chatId, ready, mutate])
}
