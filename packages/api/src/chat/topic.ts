import type { HintBody } from '@acme/realtime'

export const CHAT_TOPIC = 'chat:'

export function chatTopic(chatId: string): string {
  return CHAT_TOPIC + chatId
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
