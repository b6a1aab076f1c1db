import type { Conversation } from '@acme/client'
import { useEffect, useState } from 'react'
import { useDesk } from '../frame/desk.tsx'

/** The conversation of a chat for as long as it is on the screen; null for a moment at the start. */
export function useOpenConversation(chatId: string): Conversation | null {
  const { client } = useDesk()
  const [conversation, setConversation] = useState<Conversation | null>(null)
  useEffect(() => {
    const opened = client.conversation(chatId)
    setConversation(opened)
    return () => {
      setConversation(null)
      opened.close()
    }
  }, [client, chatId])
  return conversation
}
