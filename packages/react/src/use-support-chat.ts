import type { SupportMessage } from '@acme/api'
import type { Conversation, ConversationSnapshot } from '@acme/client'
import { useEffect, useEffectEvent, useMemo } from 'react'
import { useSupportClient } from './provider.tsx'
import { useStore } from './use-store.ts'

/** A conversation as a component needs it: what it shows, and what can be done. The functions stay the same. */
export interface SupportChatView extends ConversationSnapshot {
  chat: { id: string } | null
  loading: boolean
  connected: boolean
  /** Takes a message: shown at once as pending, sent as soon as possible. */
  sendMessage(content: string): void
  /** Sends a failed message again. */
  retry(id: string): void
  /** Deletes a pending message that is not being sent. */
  discard(id: string): void
  /** Everything that is shown was seen. */
  markAsRead(): void
  loadEarlier(): void
  /** Call with true at each input and with false when the field is cleared: it tells the server rarely. */
  setTyping(typing: boolean): void
  /** Tries again what failed. */
  reload(): void
}

/**
 * Returns the user's own chat, of the nearest `SupportChatProvider`, and renders again after each change.
 *
 * @throws Error without a provider
 *
 * @example
 * ```tsx
 * const { messages, pending, connected, sendMessage } = useSupportChat()
 * const texts = [...messages, ...pending].map(({ content }) => content)
 * const hello = () => sendMessage('Hello!')
 * ```
 */
export function useSupportChat(): SupportChatView {
  return useConversation(useSupportClient().conversation)
}

/**
 * As `useSupportChat`, for any conversation: whoever opened it closes it.
 *
 * @example
 * ```tsx
 * const { messages, typing, loadEarlier } = useConversation(conversation)
 * ```
 */
export function useConversation(conversation: Conversation): SupportChatView {
  const snapshot = useStore(conversation)
  const actions = useMemo(
    () => ({
      sendMessage: (content: string) => void conversation.send(content),
      retry: (id: string) => conversation.retry(id),
      discard: (id: string) => conversation.discard(id),
      markAsRead: () => conversation.markRead(),
      loadEarlier: () => conversation.loadEarlier(),
      setTyping: (typing: boolean) => conversation.setTyping(typing),
      reload: () => conversation.reload(),
    }),
    [conversation],
  )
  const { chatId, phase, connection } = snapshot
  const chat = useMemo(() => (chatId === null ? null : { id: chatId }), [chatId])
  return {
    ...snapshot,
    ...actions,
    chat,
    loading: phase === 'loading',
    connected: connection.type === 'online',
  }
}

/**
 * Calls `fn` with each unread message of the other side that arrives in the user's chat: for a sound, a title, a badge.
 * `fn` may be another one in each render.
 *
 * @throws Error without a provider
 *
 * @example
 * ```tsx
 * useIncomingMessage(({ content }) => {
 *   document.title = content
 * })
 * ```
 */
export function useIncomingMessage(fn: (message: SupportMessage) => void): void {
  const { conversation } = useSupportClient()
  const arrived = useEffectEvent(fn)
  useEffect(() => conversation.onIncoming((message) => arrived(message)), [conversation])
}
