import type { ChatActivity, SenderType, SupportMessage } from '@acme/api'
import type { LoadedChat } from './chat-loader.ts'
import { ReadMark, type ReadMarkOptions } from './read-mark.ts'
import type { Timeline } from './timeline.ts'

/** Who has read what of one chat, seen from one side: our mark, what is unread, and how far we were seen. */
export class Receipts {
  readonly #side: SenderType
  readonly #mark: ReadMark
  unreadCount = 0
  /** The other side has read our messages up to here. */
  seenUpTo = 0

  constructor(side: SenderType, options: ReadMarkOptions) {
    this.#side = side
    this.#mark = new ReadMark(options)
  }

  /** Begins with a chat as it was read, or with none. */
  reset(loaded: LoadedChat | null): void {
    this.#mark.reset(loaded ? this.#readUpTo(loaded) : 0)
    this.unreadCount = loaded?.unreadCount ?? 0
    this.seenUpTo = loaded?.messages.findLast((one) => !this.#isTheirs(one) && one.readAt !== null)?.seq ?? 0
  }

  /** A message is shown now. Says whether it is news to the reader. */
  arrived(message: SupportMessage): boolean {
    if (!this.#isTheirs(message) || message.seq <= this.#mark.upTo) return false
    this.unreadCount += 1
    return true
  }

  /** The reader has seen everything up to here, but never more than is shown. Says whether anything changed. */
  markRead(timeline: Timeline, upTo: number): boolean {
    return this.#mark.move(Math.min(upTo, timeline.lastSeq)) && this.#recount(timeline)
  }

  /** How far both sides have read, as the server knows it. */
  heard(timeline: Timeline, { userReadSeq, adminReadSeq }: ChatActivity): void {
    const [ours, theirs] = this.#side === 'user' ? [userReadSeq, adminReadSeq] : [adminReadSeq, userReadSeq]
    this.seenUpTo = Math.max(this.seenUpTo, theirs)
    if (this.#mark.heard(ours)) this.#recount(timeline)
  }

  /** Another way to the server: what it does not know yet is told again. */
  restart(): void {
    this.#mark.restart()
  }

  stop(): void {
    this.#mark.stop()
  }

  /** How far the reader had read when this page was loaded, as far as the page can tell. */
  #readUpTo(loaded: LoadedChat): number {
    if (loaded.unreadCount === 0) return loaded.lastSeq
    const first = loaded.messages.find((one) => this.#isTheirs(one) && one.readAt === null)
    // None: the unread ones are all on earlier pages, or were read between the reads of the page and of the count.
    return (first ?? loaded.messages[0] ?? { seq: 1 }).seq - 1
  }

  #recount(timeline: Timeline): boolean {
    const { upTo } = this.#mark
    // Some of what is unread is on a page that is not here; the number the server gave stands.
    if (upTo < timeline.firstSeq - 1) return false
    const before = this.unreadCount
    this.unreadCount = timeline.messages.filter((one) => one.seq > upTo && this.#isTheirs(one)).length
    return this.unreadCount !== before
  }

  #isTheirs({ senderType }: SupportMessage): boolean {
    return senderType !== this.#side
  }
}
