import type { ChatActivity, Participant } from '../present.ts'
import type { ChatHint } from './topic.ts'

const HERE_FADES_MS = 25_000
const TYPING_FADES_MS = 6_000
const LEFT_FADES_MS = 1_500
/** A chat has few people in it; more are not shown. */
const MAX_PEOPLE = 20

type PresenceHint = Extract<ChatHint, { id: string }>

/**
 * Who is in a chat and who is typing, as one follower has heard it. Nothing is stored anywhere: who is here says
 * so again and again, and what is not repeated fades.
 */
export class Presence {
  readonly #self: Participant
  readonly #here = new Map<string, { person: Participant; until: number }>()
  readonly #typing = new Map<string, { person: Participant; until: number }>()

  constructor(self: Participant) {
    this.#self = self
  }

  /** Takes a hint in; `answer` means that somebody has to be told that we are here. */
  hear({ type, id, side, name, ...rest }: PresenceHint): 'answer' | 'noted' {
    // Our own other tab: when it leaves we are still here, and the others must not think we went with it.
    if (id === this.#self.id) return type === 'left' ? 'answer' : 'noted'

    const person = { id, side, name }
    if (type === 'typing') {
      if ('typing' in rest && rest.typing) this.#note(this.#typing, person, TYPING_FADES_MS)
      else this.#typing.delete(id)
    } else if (type === 'left') {
      // They may be here from another place too, which says so within this time.
      if (this.#here.has(id)) this.#note(this.#here, person, LEFT_FADES_MS)
      this.#typing.delete(id)
    } else {
      this.#note(this.#here, person, HERE_FADES_MS)
    }
    return type === 'arrived' ? 'answer' : 'noted'
  }

  state(): Pick<ChatActivity, 'here' | 'typing'> {
    return { here: present(this.#here), typing: present(this.#typing) }
  }

  /** When the next one fades; undefined while there is nobody. */
  fadesInMs(): number | undefined {
    const ends = [...this.#here.values(), ...this.#typing.values()].map(({ until }) => until)
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - Date.now()) + 1
  }

  #note(where: Map<string, { person: Participant; until: number }>, person: Participant, ms: number) {
    if (where.has(person.id) || where.size < MAX_PEOPLE) {
      where.set(person.id, { person, until: Date.now() + ms })
    }
  }
}

function present(people: Map<string, { person: Participant; until: number }>): Participant[] {
  for (const [id, { until }] of people) if (until <= Date.now()) people.delete(id)
  return [...people.values()].map(({ person }) => person)
}
