import type { ChatActivity, SupportMessage } from '@acme/api'
import type { Calls, Wire } from '../connection/wire.ts'
import { SnapshotStore } from '../platform/snapshot-store.ts'
import { Listeners, type Readable } from '../platform/store.ts'
import { Activity } from './activity.ts'
import { ChatLoader, type LoadedChat } from './chat-loader.ts'
import { ChatLog } from './chat-log.ts'
import type { ConversationOptions } from './conversation-options.ts'
import { EarlierPages } from './earlier.ts'
import { Live } from './live.ts'
import { Outgoing } from './outgoing.ts'
import { Receipts } from './receipts.ts'
import type { ConversationSnapshot } from './snapshot.ts'
import type { Timeline } from './timeline.ts'
import { Typing } from './typing.ts'

/*
 * The store of one chat, for its user or for an admin.
 *
 *   load() ──page, epoch──▶ ChatLog ◀──events── Live ◀── the socket of the moment
 *                              ▲  └─ shown ─▶ leaves the outbox
 *   send() ──▶ outbox ──▶ sender ──answer─┘
 *
 * - What is shown is a gapless piece of the server's log that only grows, until the log itself is another one (another
 *   epoch): then it is loaded again.
 * - A message of ours is always to be seen: in the outbox until it is shown as part of the log, and never in both.
 * - Every way a message can come (event, answer, page) ends in `ChatLog.apply`, which does not care how often or in which
 *   order; so a reconnect, however late, is nothing but a new subscription from the last `seq`.
 */

/**
 * One chat, as its user or an admin sees it. No method throws or waits: what happens is shown by the next snapshot, what
 * fails too. `createSupportClient` and `AdminClient.conversation` make them.
 *
 * @example
 * ```ts
 * const stop = conversation.subscribe(() => {
 *   const { messages, pending, connection } = conversation.getSnapshot()
 *   paint([...messages, ...pending], connection.type === 'online')
 * })
 * conversation.onIncoming(({ content }) => notify(content))
 *
 * conversation.setTyping(true)
 * const id = conversation.send('Hello!')
 * const written = conversation.getSnapshot().pending.find((message) => message.id === id)
 * if (written?.failure?.retryable) conversation.retry(id)
 * else if (written?.failure) conversation.discard(id)
 *
 * conversation.markRead()
 * if (conversation.getSnapshot().hasEarlier) conversation.loadEarlier()
 * if (conversation.getSnapshot().phase === 'failed') conversation.reload()
 *
 * stop()
 * conversation.close()
 * ```
 */
export class Conversation implements Readable<ConversationSnapshot> {
  readonly #options: ConversationOptions
  readonly #store: SnapshotStore<ConversationSnapshot>
  readonly #incoming = new Listeners<[SupportMessage]>()
  readonly #loader: ChatLoader
  readonly #outgoing: Outgoing
  readonly #receipts: Receipts
  readonly #typing: Typing
  readonly #earlier: EarlierPages
  readonly #activity: Activity
  readonly #log: ChatLog
  readonly #live: Live
  readonly #leave: (() => void)[]
  #closed = false

  constructor(options: ConversationOptions) {
    this.#options = options
    const { clock, connection, load, pending, side } = options
    this.#store = new SnapshotStore(() => this.#snapshot(), clock)
    const onChange = () => this.#store.changed()
    const calls = () => (this.#closed ? null : connection.calls())
    const chat = () => this.#log.chat
    const reach = { clock, calls, chatId: () => chat()?.id ?? null }
    this.#activity = new Activity(side, options.self)
    this.#earlier = new EarlierPages({ calls, chat, onChange })
    this.#receipts = new Receipts(side, reach)
    this.#typing = new Typing(clock, (typing) => this.#live.tellTyping(typing))
    this.#outgoing = new Outgoing({
      ...reach,
      pending,
      onAnswer: (message) => this.#log.apply(message),
      onChange,
      onUnanswered: () => connection.probe(),
    })
    this.#log = new ChatLog({
      outgoing: this.#outgoing,
      receipts: this.#receipts,
      onIncoming: (message) => this.#incoming.tell(message),
      onGap: (seq) => this.#live.reach(seq),
      onContradiction: () => this.#loadAgain(),
      // While thousands of missed messages arrive, it is enough to paint now and then.
      onApplied: () =>
        this.#live.isSynced || !this.#live.wire ? this.#store.changed() : this.#store.changedSoon(),
    })
    this.#live = new Live({
      clock,
      calls,
      chat,
      onMessage: (message) => this.#log.apply(message),
      onActivity: (timeline, activity) => this.#heard(timeline, activity),
      onOutdated: () => this.#loadAgain(),
      onChange,
    })
    this.#loader = new ChatLoader({
      clock,
      load,
      onLoaded: (loaded) => this.#adopt(loaded),
      onFailure: (message, final) => this.#loadFailed(message, final),
    })
    this.#leave = [
      connection.subscribe(onChange),
      pending.onChange(() => this.#syncTabs()),
      connection.addConsumer({
        start: (wire, synced) => this.#start(wire, synced),
        fallback: (calls) => this.#fallback(calls),
        sessionReplaced: () => this.#startOver(),
      }),
    ]
    this.#loader.load()
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener)
  }

  /** What there is to show: the same object as long as nothing changed, so it may be compared. */
  getSnapshot(): ConversationSnapshot {
    return this.#store.getSnapshot()
  }

  /**
   * Takes a message to be sent now or as soon as possible, once, and returns its id. It is in `pending` until it is
   * part of the log; what is too long or refused by the server fails there.
   */
  send(content: string): string {
    this.#typing.set(false)
    return this.#outgoing.send(content)
  }

  /** Sends a failed message again, under the same id. Does nothing unless its failure is `retryable`. */
  retry(id: string): void {
    this.#outgoing.retry(id)
  }

  /** Gives up a pending message, in all tabs. One that is `sending` cannot be taken back. */
  discard(id: string): void {
    this.#outgoing.discard(id)
  }

  /** Everything up to the `seq` `upTo`, by default to the end, was seen; never more than is shown. Marks do not move back. */
  markRead(upTo = Number.POSITIVE_INFINITY): void {
    const chat = this.#log.chat
    if (chat && this.#receipts.markRead(chat.timeline, upTo)) this.#store.changed()
  }

  /** Puts the page before the first message in front, if there is one; at once, or when there is a connection. */
  loadEarlier(): void {
    this.#earlier.want()
  }

  /** We are writing, or not any more. To be called with every key: it tells the server rarely. */
  setTyping(typing: boolean): void {
    this.#typing.set(typing)
  }

  /** Tries again what failed: the connection, and reading the chat. */
  reload(): void {
    this.#options.connection.retry()
    this.#log.retry()
    this.#store.changed()
    this.#loader.load()
  }

  /** Calls `listener` with each unread message of the other side that arrives, until the returned function is called. */
  onIncoming(listener: (message: SupportMessage) => void): () => void {
    return this.#incoming.add(listener)
  }

  /** Forgets what was written and not sent, also in storage: for a log-out. */
  forgetPending(): void {
    this.#outgoing.forget()
  }

  /** Ends following, for good. Pending messages stay in storage. */
  close(): void {
    this.#closed = true
    for (const leave of this.#leave) leave()
    this.#loader.stop()
    this.#outgoing.stop()
    this.#receipts.stop()
    this.#typing.stop()
    this.#store.close()
    this.#incoming.clear()
    this.#options.onClose?.()
  }

  #snapshot(): ConversationSnapshot {
    const { chat, phase, failure } = this.#log
    return {
      phase,
      failure: failure?.message ?? null,
      refused: failure?.refused ?? false,
      connection: this.#options.connection.getSnapshot(),
      chatId: chat?.id ?? null,
      messages: chat?.timeline.messages ?? [],
      pending: this.#outgoing.pending,
      hasEarlier: chat?.timeline.hasEarlier ?? false,
      loadingEarlier: this.#earlier.isLoading,
      unreadCount: this.#receipts.unreadCount,
      seenUpTo: this.#receipts.seenUpTo,
      ...this.#activity.shown,
    }
  }

  #adopt(loaded: LoadedChat): void {
    if (this.#log.adopt(loaded).isNew) this.#earlier.reset()
    this.#live.follow()
    this.#store.changed()
    this.#outgoing.restart()
    this.#receipts.restart()
  }

  #loadFailed(message: string, final: boolean): void {
    if (!this.#log.failed(message, final)) return
    // Nothing is missing that could still arrive: the connection itself is as it should be.
    if (this.#log.failure?.refused) this.#live.setSynced(true)
    this.#store.changed()
  }

  /** Another session, perhaps somebody else: nothing of the former may be seen any more. */
  #startOver(): void {
    this.#live.unfollow()
    this.#log.clear()
    this.#activity.reset()
    this.#earlier.reset()
    this.#typing.stop()
    this.#outgoing.restart()
    this.#store.changed()
    this.#loader.load()
  }

  /** What we show is not the server's log. */
  #loadAgain(): void {
    this.#live.unfollow()
    this.#loader.reload()
  }

  #start(wire: Wire, synced: (yes: boolean) => void): () => void {
    this.#live.start(wire, synced)
    // A page that was frozen was told nothing meanwhile.
    this.#syncTabs()
    if (this.#log.chat) this.#live.follow()
    else if (this.#log.failure?.refused) this.#live.setSynced(true)
    else this.#loader.retryNow()
    this.#outgoing.restart()
    this.#receipts.restart()
    this.#earlier.load()
    return () => this.#stop()
  }

  #stop(): void {
    this.#live.stop()
    this.#activity.interrupted()
    this.#earlier.interrupted()
    this.#typing.stop()
    this.#receipts.stop()
    this.#outgoing.restart()
    this.#store.changed()
  }

  #fallback(calls: Calls): void {
    this.#loader.retryNow()
    this.#outgoing.pump()
    this.#receipts.restart()
    this.#earlier.load()
    void this.#live.readForward(calls)
  }

  #heard(timeline: Timeline, activity: ChatActivity): void {
    this.#activity.heard(activity)
    this.#receipts.heard(timeline, activity)
    this.#store.changed()
  }

  /** Takes in what other tabs wrote and discarded. */
  #syncTabs(): void {
    this.#outgoing.sync((id) => this.#log.chat?.timeline.has(id) ?? false)
  }
}
