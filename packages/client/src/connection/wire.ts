import type { AdminNotificationMessage, ChatActivity, ChatChannelMessage, SupportMessage } from '@acme/api'
import type { CallFault } from './fault.ts'

/** Calls about a chat, over a socket or over HTTP. Each rejects with a `CallFault`. */
export interface Calls {
  send(input: { chatId: string; id: string; content: string }): Promise<SupportMessage>
  markRead(input: { chatId: string; upTo: number }): Promise<{ upTo: number }>
  setTyping(input: { chatId: string; typing: boolean }): Promise<unknown>
  /** The messages before a `seq`, oldest first. */
  history(input: { chatId: string; before: number; limit?: number }): Promise<{
    messages: SupportMessage[]
    hasEarlier: boolean
  }>
}

/** How a subscription speaks. `onEnd` comes at most once, and not after it was stopped. */
export interface Reader<T> {
  onStarted?(): void
  onEvent(event: T): void
  /** Null: the server ended it without a reason. */
  onEnd(fault: CallFault | null): void
}

/** What an open socket offers. Each subscription is stopped by the function it returns. */
export interface Wire extends Calls {
  onMessage(input: { chatId: string; lastEventId: string }, reader: Reader<ChatChannelMessage>): () => void
  onActivity(input: { chatId: string }, reader: Reader<ChatActivity>): () => void
  onUserMessage(reader: Reader<AdminNotificationMessage>): () => void
}
