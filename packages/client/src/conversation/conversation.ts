import type { ChatActivity, Participant, SenderType, SupportMessage } from '@acme/api'
import { v7 as uuidv7 } from 'uuid'
import type { Connection } from '../connection/connection.ts'
import type { Calls, Wire } from '../connection/wire.ts'
import type { KeyValueStorage } from '../platform/browser.ts'
import type { Clock } from '../platform/clock.ts'
import { Listeners, type Readable } from '../platform/store.ts'
import { catchUp, EarlierPages } from './earlier.ts'
import { type FollowedChat, followChat } from './follow-chat.ts'
import { type OpenedChat, Opening } from './opening.ts'
import { Outbox } from './outbox.ts'
import { Receipts } from './receipts.ts'
import { Sender } from './sender.ts'
import type { ConversationSnapshot } from './snapshot.ts'
import { Timeline } from './timeline.ts'
import { Typing } from './typing.ts'

/*
 * The store of one chat, for its user or for an admin.
 *
 *   open() ──page, epoch──▶ timeline ◀──events── followChat ◀── the socket of the moment
 *                              ▲  └─ shown ─▶ leaves the outbox
 *   send() ──▶ outbox ──▶ sender ──answer─┘
 *
 * - What is shown is a gapless piece of the server's log that only grows, until the log itself is another one (another
 *   epoch): then it is loaded again.
 * - A message of ours is always to be seen: in the outbox until it is shown as part of the log, and never in both.
 * - Every way a message can come (event, answer, page) ends in `#apply`, which does not care how often or in which
 *   order; so a reconnect, however late, is nothing but a new subscription from the last `seq`.
 */

export interface ConversationOptions {
  /** Which side we are on. */
  side: SenderType
  /** Who we are, to be left out of `typing` and `here`. A chat has one user, but many admins. */
  self?: string
  /** Reads the chat as it is now: the newest page. Called again when the log is another one. */
  open: () => Promise<OpenedChat>
  connection: Pick<Connection, 'getSnapshot' | 'subscribe' | 'follow' | 'calls' | 'probe' | 'retry'>
  storage: KeyValueStorage
  /** Pending messages are kept under this and the chat's id; who shares a storage must not share it. */
  storagePrefix: string
  /** The chat that will be opened, as far as one can know: its pending messages are shown before it is read. */
  expectedChatId?: string | null
  /** Where pending messages are kept while no chat is expected, and others may have left theirs; the last is ours. */
  unsentKeys?: readonly string[]
  /** It was closed; what is still pending is left in storage. */
  onClose?: () => void
  /** Another tab changed what is kept. */
  onKept?: (listener: () => void) => () => void
  clock: Clock
}

/** While thousands of missed messages arrive, it is enough to paint now and then. */
const PAINT_MS = 50
/** Frames over 64 KiB are refused together with their socket, so such a text must not get there. */
const MOST_BYTES = 48_000

interface Chat {
  id: string
  epoch: string
  timeline: Timeline
}

interface Live {
  wire: Wire
  synced: (yes: boolean) => void
  followed: FollowedChat | null
}

type Activity = Pick<ConversationSnapshot, 'archivedAt' | 'typing' | 'here'>
const NOBODY: Activity = { archivedAt: null, typing: [], here: [] }

export class Conversation implements Readable<ConversationSnapshot> {
  readonly #options: ConversationOptions
  readonly #listeners = new Listeners()
  readonly #incoming = new Listeners<[SupportMessage]>()
  readonly #opening: Opening
  readonly #outbox = new Outbox()
  readonly #sender: Sender
  readonly #receipts: Receipts
  readonly #typing: Typing
  readonly #earlier = new EarlierPages(() => this.#changed())
  readonly #leave: (() => void)[]
  #chat: Chat | null = null
  #failure: string | null = null
  #refused = false
  #live: Live | null = null
  #synced = false
  #catchingUp = false
  #activity = NOBODY
  #snapshot: ConversationSnapshot | null = null
  #paintLater: (() => void) | null = null
  #closed = false

  constructor(options: ConversationOptions) {
    this.#options = options
    const { clock, connection, open, side, storage, unsentKeys = [], expectedChatId, onKept } = options
    const reach = { clock, chatId: () => this.#chat?.id ?? null, calls: () => this.#calls() }
    this.#receipts = new Receipts(side, reach)
    this.#typing = new Typing(clock, (typing) => this.#tellTyping(typing))
    this.#sender = new Sender({
      ...reach,
      outbox: this.#outbox,
      onAnswer: (message) => this.#apply(message),
      onChange: () => this.#changed(),
      onDoubt: () => connection.probe(),
    })
    this.#opening = new Opening({
      clock,
      open,
      onOpened: (opened) => this.#adopt(opened),
      onFailure: (message, final) => this.#openFailed(message, final),
    })
    const expected = expectedChatId ? [this.#key(expectedChatId)] : []
    for (const key of [...unsentKeys, ...expected]) this.#outbox.attach(storage, key, clock.now())
    this.#leave = [
      connection.subscribe(() => this.#changed()),
      onKept?.(() => this.#syncTabs()) ?? (() => {}),
      connection.follow({
        start: (wire, synced) => this.#start({ wire, synced, followed: null }),
        fallback: (calls) => this.#fallback(calls),
        sessionReplaced: () => this.#startOver(),
      }),
    ]
    this.#opening.start()
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  getSnapshot(): ConversationSnapshot {
    const timeline = this.#chat?.timeline
    this.#snapshot ??= {
      phase: this.#failure !== null ? 'failed' : timeline ? 'ready' : 'loading',
      failure: this.#failure,
      refused: this.#refused,
      connection: this.#options.connection.getSnapshot(),
      chatId: this.#chat?.id ?? null,
      messages: timeline?.messages ?? [],
      pending: this.#outbox.entries,
      hasEarlier: timeline?.hasEarlier ?? false,
      loadingEarlier: this.#earlier.isLoading,
      unreadCount: this.#receipts.unreadCount,
      seenUpTo: this.#receipts.seenUpTo,
      ...this.#activity,
    }
    return this.#snapshot
  }

  /** Takes a message to be sent now or as soon as possible, once. Returns its id. */
  send(content: string): string {
    const id = uuidv7()
    const tooLong = new TextEncoder().encode(JSON.stringify(content)).length > MOST_BYTES
    const failure = tooLong
      ? { message: 'This message is too long. Send it in parts.', retryable: false }
      : null
    this.#outbox.add(id, content, new Date(this.#options.clock.now()), failure)
    this.#typing.set(false)
    this.#changed()
    this.#sender.pump()
    return id
  }

  /** Sends a failed message again, under the same id. */
  retry(id: string): void {
    const failure = this.#outbox.entries.find((pending) => pending.id === id)?.failure
    if (!failure?.retryable) return
    this.#outbox.wait(id)
    this.#changed()
    this.#sender.pump()
  }

  /** Gives up a message that is not on its way. */
  discard(id: string): void {
    if (this.#outbox.discard(id, this.#options.clock.now())) this.#changed()
  }

  /** Everything up to `upTo`, by default to the end, was seen; never more than is shown. */
  markRead(upTo = Number.POSITIVE_INFINITY): void {
    if (this.#chat && this.#receipts.markRead(this.#chat.timeline, upTo)) this.#changed()
  }

  /** Puts the page before the first message in front; at once, or when there is a connection. */
  loadEarlier(): void {
    if (!this.#chat || !this.#earlier.want(this.#chat.timeline)) return
    this.#changed()
    this.#loadWanted()
  }

  /** We are writing, or not any more. To be called with every key: it tells the server rarely. */
  setTyping(typing: boolean): void {
    this.#typing.set(typing)
  }

  /** Tries again what failed: the connection, and reading the chat. */
  reload(): void {
    this.#options.connection.retry()
    this.#failure = null
    this.#refused = false
    this.#changed()
    this.#opening.start()
  }

  /** Calls `listener` with each message of the other side that arrives and was not read elsewhere yet. */
  onIncoming(listener: (message: SupportMessage) => void): () => void {
    return this.#incoming.add(listener)
  }

  /** Forgets what was written and not sent, also in storage: the writer leaves. */
  forgetPending(): void {
    this.#sender.stop()
    this.#outbox.wipe()
    this.#changed()
  }

  /** Ends following. Pending messages stay in storage. */
  close(): void {
    this.#closed = true
    for (const leave of this.#leave) leave()
    this.#paintLater?.()
    this.#opening.stop()
    this.#sender.stop()
    this.#receipts.stop()
    this.#typing.stop()
    this.#listeners.clear()
    this.#incoming.clear()
    this.#options.onClose?.()
  }

  // --- the chat as it was read

  #adopt(opened: OpenedChat): void {
    this.#failure = null
    const known = this.#chat?.id === opened.id && this.#chat.epoch === opened.epoch
    if (!known || !this.#grow(opened)) this.#replace(opened)
    this.#follow()
    this.#changed()
    this.#sender.restart()
    this.#receipts.restart()
  }

  /** Adds what is new to what is shown; false when it does not join. */
  #grow({ messages }: OpenedChat): boolean {
    const timeline = this.#chat?.timeline
    if (!timeline || timeline.contradicts(messages)) return false
    for (const message of messages) this.#apply(message)
    return !timeline.hasGap
  }

  #replace(opened: OpenedChat): void {
    const { storage, clock, expectedChatId } = this.#options
    if (this.#chat && this.#chat.id !== opened.id) this.#outbox.detach()
    else if (expectedChatId && expectedChatId !== opened.id) this.#outbox.detachInherited()
    this.#outbox.attach(storage, this.#key(opened.id), clock.now())
    this.#outbox.unconfirm()
    for (const { id } of opened.messages) this.#outbox.shown(id)
    this.#chat = {
      id: opened.id,
      epoch: opened.epoch,
      timeline: new Timeline(opened.messages, opened.lastSeq),
    }
    this.#earlier.reset()
    this.#receipts.reset(opened)
  }

  #openFailed(message: string, final: boolean): void {
    // What is shown stays; attempts to read it anew go on.
    if (!final && this.#chat) return
    this.#failure = message
    this.#refused = final && !this.#chat
    // Nothing is missing that could still arrive: the connection itself is as it should be.
    if (this.#refused) this.#setSynced(true)
    this.#changed()
  }

  /** Another session, perhaps somebody else: nothing of the former may be seen any more. */
  #startOver(): void {
    this.#unfollow()
    if (this.#chat) this.#outbox.detach()
    else this.#outbox.detachInherited()
    this.#chat = null
    this.#failure = null
    this.#refused = false
    this.#activity = NOBODY
    this.#earlier.reset()
    this.#receipts.reset(null)
    this.#typing.stop()
    this.#sender.restart()
    this.#changed()
    this.#opening.start()
  }

  /** What we show is not the server's log. */
  #openAgain(): void {
    this.#unfollow()
    this.#opening.again()
  }

  // --- following it

  #start(live: Live): () => void {
    this.#live = live
    // A page that was frozen was told nothing meanwhile.
    this.#syncTabs()
    if (this.#chat) this.#follow()
    else if (this.#refused) this.#setSynced(true)
    else this.#opening.hurry()
    this.#sender.restart()
    this.#receipts.restart()
    this.#loadWanted()
    return () => {
      this.#unfollow()
      this.#live = null
      this.#activity = { ...this.#activity, typing: [], here: [] }
      this.#earlier.interrupted()
      this.#typing.stop()
      this.#receipts.stop()
      this.#sender.restart()
      this.#changed()
    }
  }

  #follow(): void {
    this.#unfollow()
    const live = this.#live
    if (!live || !this.#chat) return
    const { id, epoch, timeline } = this.#chat
    live.followed = followChat({
      clock: this.#options.clock,
      wire: live.wire,
      chatId: id,
      epoch,
      lastSeq: () => timeline.lastSeq,
      onMessage: (message) => this.#apply(message),
      onActivity: (activity) => this.#heard(timeline, activity),
      onReset: () => this.#openAgain(),
      onRefused: () => this.#openAgain(),
      synced: (yes) => this.#setSynced(yes),
    })
  }

  #unfollow(): void {
    this.#live?.followed?.stop()
    if (this.#live) this.#live.followed = null
    this.#setSynced(false)
  }

  #setSynced(yes: boolean): void {
    if (yes !== this.#synced) this.#changed()
    this.#synced = yes
    this.#live?.synced(yes)
  }

  #fallback(calls: Calls): void {
    this.#opening.hurry()
    this.#sender.pump()
    this.#receipts.restart()
    this.#loadWanted()
    void this.#catchUp(calls)
  }

  async #catchUp(calls: Calls): Promise<void> {
    const chat = this.#chat
    if (!chat || this.#catchingUp) return
    this.#catchingUp = true
    try {
      await catchUp(calls, chat.id, chat.timeline, (page) => {
        if (chat === this.#chat) for (const message of page) this.#apply(message)
      })
    } catch {
      // Nobody promised anything; the next failed attempt to connect asks again.
    } finally {
      this.#catchingUp = false
    }
  }

  /** Every message ends here, by whatever way it came. */
  #apply(message: SupportMessage): void {
    const timeline = this.#chat?.timeline
    if (!timeline || message.chatId !== this.#chat?.id) return
    const applied = timeline.apply(message)
    switch (applied.type) {
      case 'shown':
        for (const one of applied.messages) this.#shown(one)
        break
      case 'known':
        this.#outbox.shown(message.id)
        this.#sender.settled(message.id)
        break
      case 'held':
        // The server has it; it stays in sight as pending until it can be shown.
        this.#outbox.confirm(message.id)
        this.#sender.settled(message.id)
        this.#fill(message.seq)
        break
      case 'contradiction':
        this.#openAgain()
        break
    }
    this.#changed(this.#synced || !this.#live)
  }

  #shown(message: SupportMessage): void {
    this.#outbox.shown(message.id)
    this.#sender.settled(message.id)
    if (this.#receipts.arrived(message)) this.#incoming.tell(message)
  }

  /** Something up to `seq` exists: the events will bring it, or else we ask. */
  #fill(seq: number): void {
    this.#live?.followed?.reach(seq)
    const calls = this.#live ? null : this.#calls()
    if (calls) void this.#catchUp(calls)
  }

  #heard(timeline: Timeline, activity: ChatActivity): void {
    const { side, self } = this.#options
    const others = (one: Participant) => (self === undefined ? one.side !== side : one.id !== self)
    const { archivedAt, typing, here } = activity
    this.#activity = { archivedAt, typing: typing.filter(others), here: here.filter(others) }
    this.#receipts.heard(timeline, activity)
    this.#changed()
  }

  // --- smaller things

  /** Takes in what other tabs wrote and discarded. */
  #syncTabs(): void {
    if (!this.#outbox.sync((id) => this.#chat?.timeline.has(id) ?? false)) return
    this.#changed()
    this.#sender.pump()
  }

  #calls(): Calls | null {
    return this.#closed ? null : this.#options.connection.calls()
  }

  #loadWanted(): void {
    if (this.#chat) this.#earlier.load(this.#chat.id, this.#chat.timeline, this.#calls())
  }

  #tellTyping(typing: boolean): void {
    // A hint: not worth a second try, nor a word when it is lost.
    if (this.#chat) this.#live?.wire.setTyping({ chatId: this.#chat.id, typing }).catch(() => {})
  }

  #key(chatId: string): string {
    return `${this.#options.storagePrefix}.${chatId}`
  }

  #changed(now = true): void {
    if (!now) {
      this.#paintLater ??= this.#options.clock.after(PAINT_MS, () => this.#changed())
      return
    }
    this.#paintLater?.()
    this.#paintLater = null
    this.#snapshot = null
    this.#listeners.tell()
  }
}
