import type { Hub } from '@acme/realtime'
import type { ChatActivity, Participant } from '../../contract.ts'
import { chatTopic, readChatHint } from '../../hints.ts'
import type { ChatState } from './chat-states.ts'
import { FadingPeople } from './fading.ts'

const TYPING_FADES_MS = 6_000
/** How often who is here says so to other processes where somebody is; silent for longer than twice this, they are gone. */
const PRESENCE_INTERVAL_MS = 10_000
const HERE_FADES_MS = 25_000
/** Who left may be here from another place too, which says so within this time. */
const LEFT_FADES_MS = 1_500
const ANSWER_MS = 500

/** Who follows what goes on in the chat, from one socket. */
export interface Member {
  readonly self: Participant
  /** Something is different now. */
  changed: () => void
}

export interface RoomOptions {
  chatId: string
  hub: Hub
  readState: (chatId: string) => Promise<ChatState | null>
  now: () => number
  onError: (error: unknown) => void
}

/**
 * One chat as the followers of this process see it: its marks, who is here, who is typing.
 *
 * Who is here in this process is known exactly. Of other processes it is heard by hints: `arrived` asks those who are
 * here to say so, `here` is repeated while it lasts, `left` ends it. As long as nobody is heard of elsewhere nothing is
 * repeated, so that somebody alone in their chat costs nothing.
 */
export class Room {
  /** Followings that use it, those that are still being let in included. */
  users = 0
  readonly #options: RoomOptions
  readonly #members = new Set<Member>()
  /** Who is here from this process, and from how many sockets. */
  readonly #local = new Map<string, { person: Participant; sockets: number }>()
  readonly #elsewhere = new FadingPeople()
  readonly #typing = new FadingPeople()
  readonly #stopListening: () => void
  #state: ChatState | null = null
  #reading: Promise<void> | null = null
  #isStale = true
  #isTelling = false
  #answer: NodeJS.Timeout | null = null
  #announcedAt = 0

  constructor(options: RoomOptions) {
    this.#options = options
    this.#stopListening = options.hub.listen(chatTopic(options.chatId), (body, carried) => {
      const hint = readChatHint(body)
      if (!hint || hint.type === 'message') return
      if (hint.type !== 'state') this.#hear(hint)
      // The sweep carries what it read: after a restart it looks at every chat, and nearly all are known as they are.
      else if (!this.#isKnown(carried)) this.#stale()
    })
  }

  /** Whether time alone can change it. */
  get isRestless(): boolean {
    return this.#elsewhere.size > 0 || this.#typing.size > 0 || (this.#isStale && this.#members.size > 0)
  }

  /** The chat as its row is; null when there is none. */
  async state(): Promise<ChatState | null> {
    while (this.#isStale || this.#reading) {
      this.#reading ??= this.#read()
      await this.#reading
    }
    return this.#state
  }

  join(member: Member): void {
    this.#members.add(member)
    const { self } = member
    const known = this.#local.get(self.id)
    this.#local.set(self.id, { person: self, sockets: (known?.sockets ?? 0) + 1 })
    this.#elsewhere.delete(self.id)
    if (!known) this.#announce('arrived', self)
    this.#changed()
  }

  leave(member: Member): void {
    if (!this.#members.delete(member)) return
    const { self } = member
    const sockets = (this.#local.get(self.id)?.sockets ?? 1) - 1
    if (sockets > 0) this.#local.set(self.id, { person: self, sockets })
    else {
      this.#local.delete(self.id)
      this.#typing.delete(self.id)
      this.#announce('left', self)
    }
    this.#changed()
  }

  /** What `self` sees of it; null until the chat's row is known. */
  activityFor(self: Participant): ChatActivity | null {
    if (!this.#state) return null
    const { userReadSeq, adminReadSeq, archivedAt } = this.#state
    const others = (people: Iterable<Participant>) => [...people].filter(({ id }) => id !== self.id)
    const local = [...this.#local.values()].map(({ person }) => person)
    return {
      userReadSeq,
      adminReadSeq,
      archivedAt,
      typing: others(this.#typing),
      here: others([...local, ...this.#elsewhere]),
    }
  }

  /** Reads again what could not be read, lets fade what was not said again, and says again who is here where somebody is to hear it. */
  tick(): void {
    const now = this.#options.now()
    if (this.#isStale) this.#stale()
    const faded = [this.#typing.fade(now), this.#elsewhere.fade(now)]
    if (faded.includes(true)) this.#changed()
    if (this.#elsewhere.size > 0 && now - this.#announcedAt >= PRESENCE_INTERVAL_MS) this.announceAll()
  }

  /** Says to other processes who is here. */
  announceAll(): void {
    this.#announcedAt = this.#options.now()
    for (const { person } of this.#local.values()) this.#announce('here', person)
  }

  close(): void {
    this.#stopListening()
    if (this.#answer) clearTimeout(this.#answer)
  }

  #hear(hint: Participant & { type: 'arrived' | 'here' | 'left' | 'typing'; typing?: boolean }): void {
    const { type, id, side, name } = hint
    const person = { id, side, name }
    const now = this.#options.now()
    if (type === 'typing') {
      if (hint.typing ? this.#typing.note(person, now + TYPING_FADES_MS) : this.#typing.delete(id))
        this.#changed()
      return
    }
    if (this.#local.has(id)) {
      // Left another process, but is still here: the others must not think that they are gone.
      if (type === 'left') this.#answerSoon()
      return
    }
    if (type === 'left') {
      if (this.#elsewhere.has(id)) this.#elsewhere.note(person, now + LEFT_FADES_MS)
      if (this.#typing.delete(id)) this.#changed()
      return
    }
    if (this.#elsewhere.note(person, now + HERE_FADES_MS)) this.#changed()
    if (type === 'arrived') this.#answerSoon()
  }

  /** One answer for all who arrive within a moment. */
  #answerSoon(): void {
    this.#answer ??= setTimeout(() => {
      this.#answer = null
      this.announceAll()
    }, ANSWER_MS * Math.random())
  }

  #announce(type: 'arrived' | 'here' | 'left', { id, side, name }: Participant): void {
    this.#options.hub.publish(chatTopic(this.#options.chatId), { type, id, side, name })
  }

  /** Whether what came with a hint is the state as it is here. While it is read nobody knows how that will end. */
  #isKnown(carried: unknown): boolean {
    return this.#state !== null && !this.#isStale && !this.#reading && isSameState(this.#state, carried)
  }

  #stale(): void {
    this.#isStale = true
    if (this.#members.size === 0 || this.#reading) return
    this.#reading = this.#read()
    // The sweep says again what this would have read.
    this.#reading.catch(this.#options.onError)
  }

  async #read(): Promise<void> {
    try {
      while (this.#isStale) {
        this.#isStale = false
        try {
          this.#state = await this.#options.readState(this.#options.chatId)
        } catch (error) {
          this.#isStale = true
          throw error
        }
      }
    } finally {
      this.#reading = null
    }
    this.#changed()
  }

  /** What changes within a moment is told once. */
  #changed(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    queueMicrotask(() => {
      this.#isTelling = false
      for (const member of this.#members) member.changed()
    })
  }
}

function isSameState({ userReadSeq, adminReadSeq, archivedAt }: ChatState, carried: unknown): boolean {
  if (typeof carried !== 'object' || carried === null) return false
  if (!('userReadSeq' in carried && 'adminReadSeq' in carried && 'archivedAt' in carried)) return false
  const at = carried.archivedAt instanceof Date ? carried.archivedAt.getTime() : undefined
  return (
    carried.userReadSeq === userReadSeq &&
    carried.adminReadSeq === adminReadSeq &&
    at === archivedAt?.getTime()
  )
}
