import type { ChatActivity, ChatChannelMessage, SenderType, SupportMessage } from '@acme/api'
import { CallFault } from '../connection/fault.ts'
import type { LinkEvents, OpenLink } from '../connection/link.ts'
import type { Calls, Reader, Wire } from '../connection/wire.ts'
import type { LoadedChat } from '../conversation/chat-loader.ts'
import type { Clock } from '../platform/clock.ts'

const HOP_MS = 1
const PAGE = 10

type EventFault = 'drop' | 'duplicate' | 'delay'

interface Socket {
  events: LinkEvents
  open: boolean
  /** A black hole: it looks open, and nothing passes. */
  frozen: boolean
  readers: Set<Reader<ChatChannelMessage>>
  activityReaders: Set<Reader<ChatActivity>>
}

/** One chat of one user, behind a network that does what the test wants. */
export class FakeServer {
  readonly chatId = 'chat'
  log: SupportMessage[] = []
  epoch = 'epoch-1'
  userReadSeq = 0
  /** `up`; `sockets-blocked`: only HTTP passes; `down`. */
  network: 'up' | 'sockets-blocked' | 'down' = 'up'
  eventFaults: EventFault[] = []
  sendFaults: ('answer-lost' | 'busy' | 'broken')[] = []
  sends = 0
  marks: number[] = []
  loads = 0
  readonly sockets = new Set<Socket>()
  readonly #clock: Clock
  #delayed: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  openLink: OpenLink = (_token, events) => {
    const socket: Socket = {
      events,
      open: false,
      frozen: false,
      readers: new Set(),
      activityReaders: new Set(),
    }
    this.sockets.add(socket)
    this.#clock.after(HOP_MS, () => {
      if (!this.sockets.has(socket)) return
      if (this.network !== 'up') return this.#end(socket, 1006)
      socket.open = true
      events.onOpen()
    })
    return {
      wire: this.#wire(socket),
      ping: (onAlive) => this.#hop(() => this.#passes(socket) && onAlive()),
      close: () => this.sockets.delete(socket),
    }
  }

  http: Calls = this.#calls(() => this.network !== 'down')

  load = async (): Promise<LoadedChat> => {
    await new Promise<void>((resolve) => this.#hop(resolve))
    if (this.network === 'down') throw new CallFault(null, 'no network')
    this.loads += 1
    const messages = this.log.slice(-PAGE)
    const unread = this.log.filter(({ senderType, seq }) => senderType === 'admin' && seq > this.userReadSeq)
    return {
      id: this.chatId,
      epoch: this.epoch,
      lastSeq: this.log.length,
      unreadCount: unread.length,
      messages,
    }
  }

  /** Ends every socket; what is on its way on them is lost. */
  cut(code = 1006): void {
    for (const socket of [...this.sockets]) this.#end(socket, code)
  }

  freeze(): void {
    for (const socket of this.sockets) socket.frozen = true
  }

  write(id: string, content: string, senderType: SenderType): SupportMessage {
    const known = this.log.find((message) => message.id === id)
    if (known) return known
    const createdAt = new Date(this.#clock.now())
    const seq = this.log.length + 1
    const message = {
      id,
      chatId: this.chatId,
      seq,
      content,
      senderType,
      senderName: null,
      readAt: null,
      createdAt,
    }
    this.log.push(message)
    this.#publish({ type: 'new_message', message })
    return message
  }

  /** The database is restored from a backup that knows the first `length` messages. */
  restore(length: number): SupportMessage[] {
    const lost = this.log.slice(length)
    this.log = this.log.slice(0, length)
    this.userReadSeq = Math.min(this.userReadSeq, length)
    this.epoch = `epoch-${Number(this.epoch.slice(6)) + 1}`
    this.#delayed = []
    for (const socket of this.sockets) {
      for (const reader of socket.readers) {
        this.#deliver(socket, reader, { type: 'reset', epoch: this.epoch, lastSeq: length })
        socket.readers.delete(reader)
      }
    }
    return lost
  }

  #wire(socket: Socket): Wire {
    return {
      ...this.#calls(() => this.#passes(socket)),
      onMessage: ({ lastEventId }, reader) => {
        this.#hop(() => this.#passes(socket) && this.#replay(socket, reader, lastEventId))
        return () => socket.readers.delete(reader)
      },
      onActivity: (_input, reader) => {
        socket.activityReaders.add(reader)
        this.#hop(() => this.#tellActivity(socket))
        return () => socket.activityReaders.delete(reader)
      },
      onUserMessage: () => () => {},
    }
  }

  #replay(socket: Socket, reader: Reader<ChatChannelMessage>, lastEventId: string): void {
    const [epoch, seq] = lastEventId.split(':')
    const lastSeq = this.log.length
    if (epoch !== this.epoch || Number(seq) > lastSeq) {
      this.#deliver(socket, reader, { type: 'reset', epoch: this.epoch, lastSeq })
      return
    }
    socket.readers.add(reader)
    for (const message of this.log.slice(Number(seq))) {
      this.#deliver(socket, reader, { type: 'new_message', message })
    }
    this.#deliver(socket, reader, { type: 'synced', epoch: this.epoch, lastSeq })
  }

  /** Calls that arrive if the way is open, and whose answers do if it still is. */
  #calls(passes: () => boolean): Calls {
    const call = <T>(work: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        this.#hop(() => {
          if (!passes()) return this.network === 'down' && reject(new CallFault(null, 'no network'))
          try {
            const answer = work()
            this.#hop(() => passes() && resolve(answer))
          } catch (error) {
            this.#hop(() => passes() && reject(error))
          }
        })
      })
    return {
      send: async ({ id, content }) => {
        const { message, lost } = await call(() => {
          const fault = this.sendFaults.shift()
          if (fault === 'busy') throw new CallFault('TOO_MANY_REQUESTS', 'slower', { retryAfterMs: 700 })
          if (fault === 'broken') throw new CallFault('INTERNAL_SERVER_ERROR', 'a fault')
          this.sends += 1
          if (content === 'refuse me') throw new CallFault('BAD_REQUEST', 'This is no message.')
          return { message: this.write(id, content, 'user'), lost: fault === 'answer-lost' }
        })
        return lost ? new Promise(() => {}) : message
      },
      markRead: ({ upTo }) =>
        call(() => {
          if (upTo > this.log.length) throw new CallFault('BAD_REQUEST', 'beyond the end')
          this.marks.push(upTo)
          this.userReadSeq = Math.max(this.userReadSeq, upTo)
          for (const socket of this.sockets) this.#tellActivity(socket)
          return { upTo: this.userReadSeq }
        }),
      setTyping: () => call(() => ({})),
      history: ({ before, limit = PAGE }) =>
        call(() => {
          const messages = this.log.filter(({ seq }) => seq < before).slice(-limit)
          return { messages, hasEarlier: (messages[0]?.seq ?? 1) > 1 }
        }),
    }
  }

  #publish(event: ChatChannelMessage): void {
    const fault = this.eventFaults.shift()
    if (fault === 'drop') return
    const deliver = () => {
      for (const socket of this.sockets) {
        for (const reader of socket.readers) this.#deliver(socket, reader, event)
      }
    }
    if (fault === 'delay') {
      this.#delayed.push(deliver)
      return
    }
    deliver()
    if (fault === 'duplicate') deliver()
    for (const late of this.#delayed.splice(0)) late()
  }

  #deliver(socket: Socket, reader: Reader<ChatChannelMessage>, event: ChatChannelMessage): void {
    this.#hop(() => this.#passes(socket) && reader.onEvent(event))
  }

  #tellActivity(socket: Socket): void {
    if (!this.#passes(socket)) return
    const { userReadSeq } = this
    const state = { userReadSeq, adminReadSeq: 0, archivedAt: null, typing: [], here: [] }
    for (const reader of socket.activityReaders)
      this.#hop(() => this.#passes(socket) && reader.onEvent(state))
  }

  #passes(socket: Socket): boolean {
    return this.network === 'up' && socket.open && !socket.frozen && this.sockets.has(socket)
  }

  #end(socket: Socket, code: number): void {
    this.sockets.delete(socket)
    socket.open = false
    socket.events.onEnd(code)
  }

  #hop(task: () => void): void {
    this.#clock.after(HOP_MS, task)
  }
}
