import type { SenderType, SupportMessage } from '@acme/api'
import { useState } from 'react'
import type { SupportChatView } from './use-support-chat.ts'

/**
 * The `seq` of the first message of the other side that we have not read; null when all are read. Of the messages that
 * are loaded: when more are unread than those, the first loaded one of the other side.
 */
export function firstUnreadSeq(
  messages: readonly SupportMessage[],
  unreadCount: number,
  side: SenderType,
): number | null {
  if (unreadCount === 0) return null
  const theirs = messages.filter(({ senderType }) => senderType !== side)
  return (theirs.at(-unreadCount) ?? theirs[0])?.seq ?? null
}

interface Kept {
  chatId: string | null
  /** The reader looks: `seq` stays as it is. */
  isHeld: boolean
  seq: number | null
}

/**
 * Where unread began when the reader came to look: it stays while they look, although reading makes it read.
 *
 * @param looking the chat is in front of the reader now.
 *
 * @example
 * ```tsx
 * const seq = useFirstUnreadSeq(chat, 'user', canRead)
 * ```
 */
export function useFirstUnreadSeq(chat: SupportChatView, side: SenderType, looking: boolean): number | null {
  const { chatId, messages, unreadCount, phase } = chat
  const [kept, setKept] = useState<Kept>({ chatId: null, isHeld: false, seq: null })
  // Another chat is another look: somebody else has logged in, for example.
  if (kept.isHeld && looking && kept.chatId === chatId) return kept.seq
  const isHeld = looking && phase === 'ready'
  const seq = firstUnreadSeq(messages, unreadCount, side)
  if (isHeld !== kept.isHeld || seq !== kept.seq || chatId !== kept.chatId) setKept({ chatId, isHeld, seq })
  return seq
}
