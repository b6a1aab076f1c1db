import type { SupportMessage } from '@acme/api'
import { v7 as uuidv7 } from 'uuid'
import type { Calls } from '../connection/wire.ts'
import type { Clock } from '../platform/clock.ts'
import { Outbox } from './outbox.ts'
import type { PendingStore } from './pending-store.ts'
import { Sender } from './sender.ts'
import type { PendingMessage } from './snapshot.ts'

/** Frames over 64 KiB are refused together with their socket, so such a text must not get there. */
const MOST_BYTES = 48_000

export interface OutgoingOptions {
  clock: Clock
  pending: PendingStore
  chatId: () => string | null
  calls: () => Calls | null
  /** The server has the message. It may be told more than once. */
  onAnswer: (message: SupportMessage) => void
  onChange: () => void
  /** No answer came although the connection looks well. */
  onUnanswered: () => void
}

/** What is written in one conversation, until it is shown as part of the log: kept in the outbox, sent by the sender. */
export class Outgoing {
  readonly #options: OutgoingOptions
  readonly #outbox = new Outbox()
  readonly #sender: Sender

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#sender = new Sender({ ...options, outbox: this.#outbox })
    const { clock, pending } = options
    const { expectedChatId } = pending
    const expected = expectedChatId === null ? [] : [pending.ofChat(expectedChatId)]
    for (const list of [...pending.withoutChat(), ...expected]) this.#outbox.attach(list, clock.now())
  }

  /** The same array as long as nothing changed. */
  get pending(): readonly PendingMessage[] {
    return this.#outbox.entries
  }

  /** Takes a message to be sent. Returns its id. */
  send(content: string): string {
    const id = uuidv7()
    const tooLong = new TextEncoder().encode(JSON.stringify(content)).length > MOST_BYTES
    const failure = tooLong
      ? { message: 'This message is too long. Send it in parts.', retryable: false }
      : null
    this.#outbox.add(id, content, new Date(this.#options.clock.now()), failure)
    this.#options.onChange()
    this.#sender.pump()
    return id
  }

  retry(id: string): void {
    const failure = this.#outbox.entries.find((pending) => pending.id === id)?.failure
    if (!failure?.retryable) return
    this.#outbox.wait(id)
    this.#options.onChange()
    this.#sender.pump()
  }

  discard(id: string): void {
    if (this.#outbox.discard(id, this.#options.clock.now())) this.#options.onChange()
  }

  /** Takes in what other tabs wrote and discarded. `isShown`: the message is part of the log here. */
  sync(isShown: (id: string) => boolean): void {
    if (!this.#outbox.sync(isShown)) return
    this.#options.onChange()
    this.#sender.pump()
  }

  /** These are shown as part of the log. All of them leave before anything is told: no message is seen twice. */
  shown(messages: readonly SupportMessage[]): void {
    for (const { id } of messages) this.#outbox.shown(id)
    for (const { id } of messages) this.#sender.settled(id)
  }

  /** The server has the message, but it cannot be shown yet. */
  confirmed(id: string): void {
    this.#outbox.confirm(id)
    this.#sender.settled(id)
  }

  /** This chat is shown now, in place of `former`, and these messages of it. */
  moveTo(chatId: string, former: string | null, messages: readonly SupportMessage[]): void {
    const { clock, pending } = this.#options
    const { expectedChatId } = pending
    if (former !== null && former !== chatId) this.#outbox.detach()
    else if (expectedChatId !== null && expectedChatId !== chatId) this.#outbox.detachInherited()
    this.#outbox.attach(pending.ofChat(chatId), clock.now())
    this.#outbox.unconfirm()
    for (const { id } of messages) this.#outbox.shown(id)
  }

  /** Nothing of `former` may be seen any more; what was written without a chat goes to the next one. */
  leave(former: string | null): void {
    if (former === null) this.#outbox.detachInherited()
    else this.#outbox.detach()
  }

  /** Sends what waits, if nothing stands against it. */
  pump(): void {
    this.#sender.pump()
  }

  /** Another way to the server, or none: what was on the old one is unanswered. */
  restart(): void {
    this.#sender.restart()
  }

  /** Forgets everything, also in storage. */
  forget(): void {
    this.#sender.stop()
    this.#outbox.wipe()
    this.#options.onChange()
  }

  stop(): void {
    this.#sender.stop()
  }
}
