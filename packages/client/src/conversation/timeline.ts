import type { SupportMessage } from '@acme/api'

/**
 * What became of a message:
 *
 * - `shown`: it was next, and perhaps released others that waited for it
 * - `known`: it is there already
 * - `held`: it is ahead of a gap and waits, unseen, until the gap is filled
 * - `contradiction`: another message has its place, so the log is not the one we know (another epoch)
 */
export type Applied =
  | { type: 'shown'; messages: SupportMessage[] }
  | { type: 'known' | 'held' | 'contradiction' }

/**
 * The messages of one chat in order of `seq`: a gapless piece of the server's log that ends at `lastSeq`. A hole is
 * never shown. It does not matter how often, in which order or over which way a message comes.
 */
export class Timeline {
  readonly #shown: SupportMessage[]
  readonly #held = new Map<number, SupportMessage>()
  /** Where each message is, shown or held. */
  readonly #places: Map<string, number>
  #picture: readonly SupportMessage[] | null = null
  /** `seq` of the message before the first shown one. */
  #start: number

  /** `page` is the newest page of the log as it was read: gapless, oldest first, ending at `lastSeq`. */
  constructor(page: readonly SupportMessage[], lastSeq: number) {
    this.#shown = [...page]
    this.#places = new Map(page.map((message) => [message.id, message.seq]))
    this.#start = (page.at(-1)?.seq ?? lastSeq) - page.length
  }

  get lastSeq(): number {
    return this.#start + this.#shown.length
  }

  /** Whether messages before the first shown one exist. */
  get hasEarlier(): boolean {
    return this.#start > 0
  }

  /** Whether something waits behind a gap. */
  get hasGap(): boolean {
    return this.#held.size > 0
  }

  /** `seq` of the first shown message, or of the one that will be. */
  get firstSeq(): number {
    return this.#start + 1
  }

  /** Whether this message is shown. */
  has(id: string): boolean {
    return (this.#places.get(id) ?? Number.POSITIVE_INFINITY) <= this.lastSeq
  }

  /** The shown messages; the same array as long as nothing changed. */
  get messages(): readonly SupportMessage[] {
    this.#picture ??= [...this.#shown]
    return this.#picture
  }

  /** Whether one of these is where we know another message, or elsewhere than we know it. */
  contradicts(messages: readonly SupportMessage[]): boolean {
    return messages.some(({ id, seq }) => {
      const there = this.#shown[seq - this.#start - 1] ?? this.#held.get(seq)
      return (there?.id ?? id) !== id || (this.#places.get(id) ?? seq) !== seq
    })
  }

  /** Takes a message from wherever it came. */
  apply(message: SupportMessage): Applied {
    if (this.contradicts([message])) return { type: 'contradiction' }
    if (message.seq <= this.lastSeq) return { type: 'known' }
    this.#held.set(message.seq, message)
    this.#places.set(message.id, message.seq)

    const messages: SupportMessage[] = []
    for (let next = this.#take(); next; next = this.#take()) messages.push(next)
    return messages.length > 0 ? { type: 'shown', messages } : { type: 'held' }
  }

  /** Puts the page before the first shown message in front. A page that does not meet it is left alone. */
  prepend(page: readonly SupportMessage[]): void {
    const earlier = page.filter((message) => message.seq <= this.#start)
    if (this.contradicts(earlier)) return
    if (earlier.length === 0 || earlier.at(-1)?.seq !== this.#start) return
    this.#shown.unshift(...earlier)
    for (const { id, seq } of earlier) this.#places.set(id, seq)
    this.#start -= earlier.length
    this.#picture = null
  }

  #take(): SupportMessage | undefined {
    const next = this.#held.get(this.lastSeq + 1)
    if (!next) return undefined
    this.#held.delete(next.seq)
    this.#shown.push(next)
    this.#picture = null
    return next
  }
}
