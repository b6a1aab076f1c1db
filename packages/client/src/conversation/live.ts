import type { ChatActivity, SupportMessage } from '@acme/api'
import type { Calls, Wire } from '../connection/wire.ts'
import type { Clock } from '../platform/clock.ts'
import type { ShownChat } from './chat-log.ts'
import { PAGE } from './earlier.ts'
import { type FollowedChat, followChat } from './follow-chat.ts'
import type { Timeline } from './timeline.ts'

export interface LiveOptions {
  clock: Clock
  /** The chat that is shown; null until it has been read. */
  chat: () => ShownChat | null
  /** How the server can be reached at the moment; null if it cannot. */
  calls: () => Calls | null
  onMessage: (message: SupportMessage) => void
  onActivity: (timeline: Timeline, activity: ChatActivity) => void
  /** What is shown is not the server's log, or the server does not let us see it. */
  onOutdated: () => void
  onChange: () => void
}

interface Socket {
  wire: Wire
  synced: (yes: boolean) => void
  followed: FollowedChat | null
}

/**
 * Keeps what is shown up with the server's log: by subscriptions on the socket of the moment, and without one by
 * reading forward over HTTP whenever somebody says that it is possible or that something is missing.
 */
export class Live {
  readonly #options: LiveOptions
  #socket: Socket | null = null
  #isSynced = false
  #readingForward = false

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** The open socket. */
  get wire(): Wire | null {
    return this.#socket?.wire ?? null
  }

  /** Everything that the server has is shown, as far as one can know. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** A socket is open: `synced` is told whether everything has arrived. Nothing is followed yet. */
  start(wire: Wire, synced: (yes: boolean) => void): void {
    this.#socket = { wire, synced, followed: null }
  }

  /** The socket has ended. */
  stop(): void {
    this.unfollow()
    this.#socket = null
  }

  /** Follows the chat that is shown from its last message on, if there are a chat and a socket. */
  follow(): void {
    this.unfollow()
    const { clock, chat: shown, onMessage, onActivity, onOutdated } = this.#options
    const chat = shown()
    if (!this.#socket || !chat) return
    const { id, epoch, timeline } = chat
    this.#socket.followed = followChat({
      clock,
      wire: this.#socket.wire,
      chatId: id,
      epoch,
      lastSeq: () => timeline.lastSeq,
      onMessage,
      onActivity: (activity) => onActivity(timeline, activity),
      onReset: onOutdated,
      onRefused: onOutdated,
      synced: (yes) => this.setSynced(yes),
    })
  }

  unfollow(): void {
    this.#socket?.followed?.stop()
    if (this.#socket) this.#socket.followed = null
    this.setSynced(false)
  }

  setSynced(yes: boolean): void {
    if (yes !== this.#isSynced) this.#options.onChange()
    this.#isSynced = yes
    this.#socket?.synced(yes)
  }

  /** Tells the others that we are writing, or not any more: a hint, not worth a second try. */
  tellTyping(typing: boolean): void {
    const chatId = this.#options.chat()?.id
    if (chatId !== undefined) this.#socket?.wire.setTyping({ chatId, typing }).catch(() => {})
  }

  /** Something up to `seq` exists: the events will bring it, or else it is asked for. */
  reach(seq: number): void {
    this.#socket?.followed?.reach(seq)
    const calls = this.#socket ? null : this.#options.calls()
    if (calls) void this.readForward(calls)
  }

  /**
   * Reads what came after the last shown message, without a subscription. Before `last + page` there is at most one
   * page of new messages, so nothing is skipped.
   */
  async readForward(calls: Calls): Promise<void> {
    const chat = this.#options.chat()
    if (!chat || this.#readingForward) return
    this.#readingForward = true
    try {
      for (let last = -1; last < chat.timeline.lastSeq; ) {
        last = chat.timeline.lastSeq
        const { messages } = await calls.history({ chatId: chat.id, before: last + 1 + PAGE, limit: PAGE })
        if (chat === this.#options.chat()) for (const message of messages) this.#options.onMessage(message)
      }
    } catch {
      // Nobody promised anything; the next failed attempt to connect asks again.
    } finally {
      this.#readingForward = false
    }
  }
}
