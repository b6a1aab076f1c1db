import type { ChatUser } from '@acme/api'
import type { Conversation } from '@acme/client'
import { useEffect, useState } from 'react'
import { useDesk } from '../desk/desk.tsx'

export interface OpenConversation {
  conversation: Conversation
  /** Whose chat it is; null until it has been read. */
  user: ChatUser | null
}

/** The conversation of a chat for as long as it is on the screen; null for a moment at the start. */
export function useOpenConversation(chatId: string): OpenConversation | null {
  const { client } = useDesk()
  const [open, setOpen] = useState<OpenConversation | null>(null)
  useEffect(() => {
    const conversation = client.conversation(chatId, ({ user }) =>
      setOpen((now) => (now?.conversation === conversation ? { conversation, user } : now)),
    )
    setOpen({ conversation, user: null })
    return () => {
      setOpen(null)
      conversation.close()
    }
  }, [client, chatId])
  return open
}
