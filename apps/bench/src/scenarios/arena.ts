import { type Contestant, startContestant } from '../contestant.ts'
import { join, traffic } from '../load/commands.ts'
import type { Child } from '../processes/start-child.ts'
import { KINDS, type Kind } from '../servers/servers.ts'
import type { Bench } from './scenario.ts'

const AGENTS = 2

/** All servers at once, each with both parties of so many chats and two agents connected, and warm. */
export interface Arena extends AsyncDisposable {
  of: (kind: Kind) => { contestant: Contestant; load: Child }
  /** @throws Error when a server's database holds another number of messages than were sent to it */
  verifyStored: (sent: Record<Kind, number>) => Promise<void>
}

export async function openArena(
  { postgres, plan, signal }: Bench,
  chats: number,
  inFlight: number,
): Promise<Arena> {
  await using made = new AsyncDisposableStack()
  const places = new Map<Kind, { contestant: Contestant; load: Child; warmUp: number }>()
  for (const kind of KINDS) {
    const contestant = made.use(await startContestant({ postgres, kind, signal }))
    const load = await contestant.startLoad()
    await load.ask(join, { people: await contestant.database.addPeople(chats), agents: AGENTS })
    const { messages } = await load.ask(traffic, { loop: { type: 'closed', inFlight }, ms: plan.warmUpMs })
    places.set(kind, { contestant, load, warmUp: messages })
  }
  const stack = made.move()
  const of = (kind: Kind) => {
    const place = places.get(kind)
    if (!place) throw new Error(`${kind} does not take part`)
    return place
  }
  return {
    of,
    async verifyStored(sent) {
      for (const kind of KINDS) {
        const { contestant, warmUp } = of(kind)
        const stored = await contestant.database.countMessages()
        const expected = warmUp + sent[kind]
        if (stored !== expected)
          throw new Error(`${kind}: ${expected} were acknowledged, ${stored} are stored`)
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
