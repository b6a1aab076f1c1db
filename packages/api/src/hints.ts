/*
 * Everything that one part of the server tells another: topics, and what is said in them. A hint only says where to look
 * (ADR 2), so each may be lost, doubled or late.
 */
import type { HintBody, Hub } from '@acme/realtime'
import type { AdminNotificationMessage } from './contract.ts'

export const CHAT_TOPIC_PREFIX = 'chat:'

export function chatTopic(chatId: string): string {
  return CHAT_TOPIC_PREFIX + chatId
}

/** What is said in a chat's topic. Anything else that arrives there is ignored. */
export type ChatHint =
  /** There is a message with this seq; in the sender's process the stored message is carried along. */
  | { type: 'message'; seq: number }
  /** Read marks or the archive may have changed. */
  | { type: 'state' }
  | { type: 'typing'; id: string; side: 'user' | 'admin'; name: string | null; typing: boolean }
  /** `arrived` asks those who are here to say so; `here` is repeated while it lasts. */
  | { type: 'arrived' | 'here' | 'left'; id: string; side: 'user' | 'admin'; name: string | null }

/** Hints cross process borders, so their shape is checked where they arrive. */
export function readChatHint(body: HintBody): ChatHint | null {
  const { type, seq, id, side, name = null, typing } = body
  if (type === 'message') return typeof seq === 'number' ? { type, seq } : null
  if (type === 'state') return { type }
  if (typeof id !== 'string' || (side !== 'user' && side !== 'admin')) return null
  if (typeof name !== 'string' && name !== null) return null
  if (type === 'typing') return typeof typing === 'boolean' ? { type, id, side, name, typing } : null
  if (type === 'arrived' || type === 'here' || type === 'left') return { type, id, side, name }
  return null
}

export const SESSION_TOPIC_PREFIX = 'session:'

/** Everybody who holds a connection of this session listens here; the only hint is that it has ended. */
export function sessionTopic(sessionId: string): string {
  return SESSION_TOPIC_PREFIX + sessionId
}

export const INBOX_TOPIC = 'inbox'

export type InboxChange = AdminNotificationMessage['type']

/** Says that a card may look different now. */
export function inboxHint(hub: Hub, chatId: string, change: InboxChange): void {
  hub.publish(INBOX_TOPIC, { chatId, change })
}
