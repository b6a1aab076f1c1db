import type { SupportMessage } from '@acme/api'
import type { LoadedChat } from './chat-loader.ts'
import type { Outgoing } from './outgoing.ts'
import type { Receipts } from './receipts.ts'
import { Timeline } from './timeline.ts'

/** The chat that is shown, and which piece of the server's log. */
export interface ShownChat {
  id: string
  epoch: string
  timeline: Timeline
}

export interface ChatLogOptions {
  outgoing: Outgoing
  receipts: Receipts
  /** A message of the other side has arrived that was not read elsewhere. */
  onIncoming: (message: SupportMessage) => void
  /** Something before the message with this `seq` is missing. */
  onGap: (seq: number) => void
  /** Another message stands where one of ours does: what is shown is not the server's log. */
  onContradiction: () => void
  /** A message was taken in. */
  onApplied: () => void
}

interface LoadFailure {
  message: string
  /** There is no such chat for us, and asking again would not change that. */
  refused: boolean
}

/** What is shown of the server's log, and what each message in it means for what is written and for the receipts. */
export class ChatLog {
  readonly #options: ChatLogOptions
  #chat: ShownChat | null = null
  #failure: LoadFailure | null = null

  constructor(options: ChatLogOptions) {
    this.#options = options
  }

  get chat(): ShownChat | null {
    return this.#chat
  }

  /** Why the chat could not be read. */
  get failure(): LoadFailure | null {
    return this.#failure
  }

  get phase(): 'loading' | 'ready' | 'failed' {
    if (this.#failure) return 'failed'
    return this.#chat ? 'ready' : 'loading'
  }

  /** Takes in the chat as it was read: as more of the same log if the page joins what is shown, else anew. */
  adopt(loaded: LoadedChat): { isNew: boolean } {
    this.#failure = null
    const known = this.#chat?.id === loaded.id && this.#chat.epoch === loaded.epoch
    const isNew = !known || !this.#grow(loaded)
    if (isNew) this.#replace(loaded)
    return { isNew }
  }

  /**
   * The chat could not be read. What is shown stays; unless it is `final`, attempts to read it anew go on. Says whether
   * that is to be shown.
   */
  failed(message: string, final: boolean): boolean {
    if (!final && this.#chat) return false
    this.#failure = { message, refused: final && !this.#chat }
    return true
  }

  /** It is read anew. */
  retry(): void {
    this.#failure = null
  }

  /** Another session, perhaps somebody else: nothing of the former may be seen any more. */
  clear(): void {
    const { outgoing, receipts } = this.#options
    outgoing.leave(this.#chat?.id ?? null)
    this.#chat = null
    this.#failure = null
    receipts.reset(null)
  }

  /** Every message ends here, by whatever way it came. */
  apply(message: SupportMessage): void {
    const { outgoing, receipts, onIncoming, onGap, onContradiction, onApplied } = this.#options
    const timeline = this.#chat?.timeline
    if (!timeline || message.chatId !== this.#chat?.id) return
    const applied = timeline.apply(message)
    switch (applied.type) {
      case 'shown':
        outgoing.shown(applied.messages)
        for (const one of applied.messages) if (receipts.arrived(one)) onIncoming(one)
        break
      case 'known':
        outgoing.shown([message])
        break
      case 'held':
        // The server has it; it stays in sight as pending until it can be shown.
        outgoing.confirmed(message.id)
        onGap(message.seq)
        break
      case 'contradiction':
        onContradiction()
        break
    }
    onApplied()
  }

  /** Adds what is new to what is shown; false when it does not join. */
  #grow({ messages }: LoadedChat): boolean {
    const timeline = this.#chat?.timeline
    if (!timeline || timeline.contradicts(messages)) return false
    for (const message of messages) this.apply(message)
    return !timeline.hasGap
  }

  #replace(loaded: LoadedChat): void {
    const { id, epoch, messages, lastSeq } = loaded
    const { outgoing, receipts } = this.#options
    outgoing.moveTo(id, this.#chat?.id ?? null, messages)
    this.#chat = { id, epoch, timeline: new Timeline(messages, lastSeq) }
    receipts.reset(loaded)
  }
}
