import type { Connection } from '../connection/connection.ts'
import type { Clock } from '../platform/clock.ts'
import { Outbox } from './outbox.ts'
import type { PendingStore } from './pending-store.ts'
import { Sender } from './sender.ts'

export interface BackgroundSenderOptions {
  connection: Pick<Connection, 'addConsumer' | 'calls' | 'probe'>
  /** The same as of the conversations. */
  pending: PendingStore
  clock: Clock
}

/**
 * Sends what was written in chats that are not on the screen any more: an agent answers, loses the network and turns
 * to the next chat. What is left survives a reload. Whoever opens the chat again takes over; should both send for a
 * moment, the id is the same. What the server refuses waits there for its writer.
 */
export class BackgroundSender {
  readonly #options: BackgroundSenderOptions
  readonly #senders = new Map<string, Sender>()
  readonly #leave: () => void
  #closed = false

  constructor(options: BackgroundSenderOptions) {
    this.#options = options
    for (const chatId of options.pending.chatIds()) this.resume(chatId)
    this.#leave = options.connection.addConsumer({
      start: (_wire, synced) => {
        // There is nothing to catch up with: only to send.
        synced(true)
        for (const sender of this.#senders.values()) sender.restart()
        return () => {
          for (const sender of this.#senders.values()) sender.restart()
        }
      },
      fallback: () => {
        for (const sender of this.#senders.values()) sender.pump()
      },
    })
  }

  /** A conversation looks after the chat's pending messages itself from here on. */
  takeOver(chatId: string): void {
    this.#senders.get(chatId)?.stop()
    this.#senders.delete(chatId)
  }

  /** The conversation was closed: what it left is ours. */
  resume(chatId: string): void {
    if (this.#closed || this.#senders.has(chatId)) return
    const { connection, pending, clock } = this.#options
    const outbox = new Outbox()
    outbox.attach(pending.ofChat(chatId), clock.now())
    const look = () => {
      // A late answer finds another sender in its place, or none.
      if (this.#senders.get(chatId) !== sender) return
      // A refused one is found by opening the chat, not by us.
      if (outbox.entries.some(({ state }) => state !== 'failed')) return
      this.#senders.delete(chatId)
      sender.stop()
    }
    const sender = new Sender({
      outbox,
      clock,
      chatId: () => chatId,
      calls: () => (this.#closed ? null : connection.calls()),
      onAnswer: ({ id }) => {
        outbox.shown(id)
        look()
      },
      onChange: look,
      onUnanswered: () => connection.probe(),
    })
    this.#senders.set(chatId, sender)
    look()
    if (this.#senders.has(chatId)) sender.pump()
  }

  /** What is not sent yet stays in storage. */
  close(): void {
    this.#closed = true
    this.#leave()
    for (const sender of this.#senders.values()) sender.stop()
  }
}
