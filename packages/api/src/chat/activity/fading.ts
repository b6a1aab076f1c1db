import type { Participant } from '../../contract.ts'

/** A chat has few people in it; more are not shown. */
const MAX_PEOPLE = 20

/** People of whom something was heard. It is stored nowhere: what is not said again fades. */
export class FadingPeople {
  readonly #people = new Map<string, { person: Participant; until: number }>()

  get size(): number {
    return this.#people.size
  }

  has(id: string): boolean {
    return this.#people.has(id)
  }

  /** Says whether that is new. */
  note(person: Participant, until: number): boolean {
    const known = this.#people.has(person.id)
    if (!known && this.#people.size >= MAX_PEOPLE) return false
    this.#people.set(person.id, { person, until })
    return !known
  }

  delete(id: string): boolean {
    return this.#people.delete(id)
  }

  /** Drops those whose time is over. Says whether there were any. */
  fade(now: number): boolean {
    let faded = false
    for (const [id, { until }] of this.#people) {
      if (until > now) continue
      this.#people.delete(id)
      faded = true
    }
    return faded
  }

  *[Symbol.iterator](): Iterator<Participant> {
    for (const { person } of this.#people.values()) yield person
  }
}
