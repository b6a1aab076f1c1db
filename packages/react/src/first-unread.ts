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
  const { messages, unreadCount, phase } = chat
  const [kept, setKept] = useState<{ held: boolean; seq: number | null }>({ held: false, seq: null })
  if (kept.held && looking) return kept.seq
  const now = { held: looking && phase === 'ready', seq: firstUnreadSeq(messages, unreadCount, side) }
  if (now.held !== kept.held || now.seq !== kept.seq) setKept(now)
  return now.seq
}
