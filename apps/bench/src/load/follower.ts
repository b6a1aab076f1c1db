import { resubscribeDelay } from '@acme/client/retry-delay'
import type { Dialect, Heard, Person } from './dialect.ts'
import type { Ledger } from './ledger.ts'
import { type ClientSocket, openSocket } from './socket.ts'

export interface FollowerOptions {
  dialect: Dialect
  port: number
  person: Person
  /** The loopback address to come from; the system's choice when null. */
  from: string | null
  /** The last `seq` seen. */
  after: number
  ledger: Ledger
  onMessage?: (message: { id: string; seq: number }) => void
  onStored?: (message: { id: string; seq: number }) => void
  /** The server asked it to subscribe again later, as it will. */
  onBusy: () => void
  /** The socket ended after it had caught up, and not by us. */
  onLost: (why: string) => void
}

/** Above the numbers of all sends. */
const FIRST_SUBSCRIPTION = 1_000_000_000

/** Somebody who follows a chat on a socket and may send on it; opened again, it resumes from where it is. */
export class Follower {
  readonly #options: FollowerOptions
  #socket: ClientSocket | null = null
  #seen: number
  #subscriptions = 0
  /** In a row. */
  #busyAnswers = 0
  #opening: { resolve: () => void; reject: (error: Error) => void } | null = null

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#seen = options.after
  }

  get chatId(): string {
    return this.#options.person.chatId
  }

  /** The last `seq` seen. */
  get seen(): number {
    return this.#seen
  }

  /** Resolves when it has caught up. @throws Error when the socket can't be opened, or ends before. */
  async open(): Promise<void> {
    const { dialect, port, person, from } = this.#options
    const { path, headers, frames } = dialect.open(person)
    const socket = await openSocket({
      port,
      path,
      headers,
      from,
      onText: (text) => this.#hear(socket, dialect.hear(text)),
      onClose: (why) => this.#ended(why),
    })
    this.#socket = socket
    const synced = new Promise<void>((resolve, reject) => {
      this.#opening = { resolve, reject }
    })
    for (const frame of frames) socket.send(frame)
    this.#follow(socket)
    return synced
  }

  send(call: number, id: string, content: string): void {
    if (!this.#socket) throw new Error('Sending on a socket that is not open')
    this.#socket.send(this.#options.dialect.send({ call, chatId: this.chatId, id, content }))
  }

  async close(): Promise<void> {
    await this.#socket?.close()
    this.#socket = null
  }

  /** As a network that is gone. */
  cut(): void {
    this.#socket?.cut()
    this.#socket = null
  }

  #follow(socket: ClientSocket): void {
    const { dialect, person } = this.#options
    const call = FIRST_SUBSCRIPTION + this.#subscriptions++
    socket.send(dialect.follow({ call, person, after: this.#seen }))
  }

  #hear(socket: ClientSocket, heard: Heard): void {
    const { ledger, onMessage, onStored, onBusy } = this.#options
    switch (heard.type) {
      case 'message':
        this.#seen = ledger.next(this.chatId, this.#seen, heard.seq)
        onMessage?.(heard)
        break
      case 'stored':
        onStored?.(heard)
        break
      case 'synced':
        this.#opening?.resolve()
        this.#opening = null
        this.#busyAnswers = 0
        break
      case 'busy':
        onBusy()
        this.#busyAnswers += 1
        setTimeout(
          () => this.#socket === socket && this.#follow(socket),
          resubscribeDelay(this.#busyAnswers, heard.retryAfterMs, Math),
        )
        break
      case 'ping':
        socket.send('PONG')
        break
      case 'refused':
        ledger.fault(`The server refused: ${heard.why.slice(0, 300)}`)
        break
      case 'other':
    }
  }

  #ended(why: string): void {
    this.#socket = null
    const opening = this.#opening
    this.#opening = null
    if (opening) opening.reject(new Error(why))
    else this.#options.onLost(why)
  }
}
