import type { ChatActivity, Participant, SenderType } from '@acme/api'

type Shown = Pick<ChatActivity, 'archivedAt' | 'typing' | 'here'>

const NOBODY: Shown = { archivedAt: null, typing: [], here: [] }

/** What the others do in one chat at the moment, as the server tells it: who types, who is here, and whether it is archived. */
export class Activity {
  readonly #isOther: (one: Participant) => boolean
  #shown = NOBODY

  /** `self`: who we are; without it, everybody of our side is left out. */
  constructor(side: SenderType, self: string | undefined) {
    this.#isOther = (one) => (self === undefined ? one.side !== side : one.id !== self)
  }

  get shown(): Shown {
    return this.#shown
  }

  heard({ archivedAt, typing, here }: ChatActivity): void {
    this.#shown = { archivedAt, typing: typing.filter(this.#isOther), here: here.filter(this.#isOther) }
  }

  /** The socket has ended: nobody knows who is there. */
  interrupted(): void {
    this.#shown = { ...this.#shown, typing: [], here: [] }
  }

  reset(): void {
    this.#shown = NOBODY
  }
}
