import { Refusal } from '../errors.ts'

export interface FairQueueOptions {
  /** How much may be under way at once. */
  concurrency: number
  /** How much may wait in each lane. */
  waiting: number
}

/** Who asks for work, so that each gets a fair share: first groups among each other, then the members of one. */
export interface Asker {
  /** `reserved` is for those who are known: its places are taken by nobody else, and it goes first. */
  lane: 'reserved' | 'open'
  group: string
  member: string
}

interface Waiting {
  from: Asker
  start: () => void
  refuse: (refusal: Refusal) => void
}

/** About how long a full queue takes. */
const RETRY_AFTER_MS = 1_000

/**
 * Runs work a little at a time, first come, first served in each lane. When too much waits in a lane, the group with most
 * waiting gives a place up to one that has less, and within a group the member with most; so one who asks for much is
 * refused before others are.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  #running = 0
  readonly #lanes: Record<Asker['lane'], Waiting[]> = { reserved: [], open: [] }

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  /** How much is under way. */
  get running(): number {
    return this.#running
  }

  /** Runs `work` when its turn comes. @throws Refusal busy; whatever `work` throws. */
  async run<Result>(from: Asker, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#options.concurrency) await this.#turn(from)
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#lanes.reserved.shift() ?? this.#lanes.open.shift()
      // The place is handed over: nobody who comes in between takes it.
      if (next) next.start()
      else this.#running -= 1
    }
  }

  #turn(from: Asker): Promise<void> {
    const lane = this.#lanes[from.lane]
    if (lane.length >= this.#options.waiting && !makeRoom(lane, from)) throw busy()
    return new Promise((start, refuse) => lane.push({ from, start, refuse }))
  }
}

/** Refuses the newest of whoever has most waiting, if that is more than `from` would have. */
function makeRoom(lane: Waiting[], from: Asker): boolean {
  const group = heaviest(lane, ({ group }) => group, from)
  const ofGroup = ({ group: each }: Asker) => each === (group ?? from.group)
  const member = heaviest(
    lane.filter((waiting) => ofGroup(waiting.from)),
    ({ member }) => member,
    // Somebody of another group has nothing waiting in this one; what it gives up is of its heaviest member.
    group === null ? from : null,
  )
  if (member === null) return false
  const index = lane.findLastIndex((waiting) => ofGroup(waiting.from) && waiting.from.member === member)
  for (const { refuse } of lane.splice(index, 1)) refuse(busy())
  return true
}

/** The key that most of those who wait have; null when that is no more than `from` would have with one more. */
function heaviest(waiting: Waiting[], keyOf: (from: Asker) => string, from: Asker | null): string | null {
  const counts = new Map<string, number>()
  for (const each of waiting) counts.set(keyOf(each.from), (counts.get(keyOf(each.from)) ?? 0) + 1)
  // Of those with as many, whoever came last.
  const [most] = [...counts].reverse().sort(([, one], [, other]) => other - one)
  if (!most) return null
  const [key, count] = most
  return from === null || count > (counts.get(keyOf(from)) ?? 0) + 1 ? key : null
}

function busy(): Refusal {
  return new Refusal('busy', { retryAfterMs: RETRY_AFTER_MS })
}
