import type {
  AdminNotificationMessage,
  ChatActivity,
  ChatChannelMessage,
  RouterInputs,
  RouterOutputs,
} from '@acme/api'
import type { CallFault } from './fault.ts'

type Inputs = RouterInputs['chat']
type Outputs = RouterOutputs['chat']

/** Calls about a chat, over a socket or over HTTP. Each rejects with a `CallFault`. */
export interface Calls {
  send(input: Inputs['send']): Promise<Outputs['send']>
  markRead(input: Inputs['markRead']): Promise<Outputs['markRead']>
  setTyping(input: Inputs['setTyping']): Promise<Outputs['setTyping']>
  /** The messages before a `seq`, oldest first. */
  history(input: Inputs['history']): Promise<Outputs['history']>
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
  /** With `lastEventId` always: without it, nothing that was missed would come. */
  onMessage(
    input: Inputs['onMessage'] & { lastEventId: string },
    reader: Reader<ChatChannelMessage>,
  ): () => void
  onActivity(input: Inputs['onActivity'], reader: Reader<ChatActivity>): () => void
  onUserMessage(reader: Reader<AdminNotificationMessage>): () => void
}
