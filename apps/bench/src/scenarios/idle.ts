import { setTimeout as sleep } from 'node:timers/promises'
import { startContestant } from '../contestant.ts'
import { follow, leaveAll } from '../load/commands.ts'
import { withinDescriptors } from '../machine.ts'
import { liveHeap, usage } from '../processes/usage.ts'
import { Table, turns } from '../report/rows.ts'
import type { Kind } from '../servers/servers.ts'
import type { Bench, Scenario } from './scenario.ts'

const SETTLE_MS = 3_000

/**
 * Followers to whom nothing happens. Each server alone and in a new process, so that no earlier peak is counted; what
 * it has grown by since it was ready is the followers', a larger young generation and compiled code included.
 */
export const idle: Scenario = async function* (bench) {
  const { plan, progress } = bench
  const places = plan.idleFollowers.map((asked) => {
    const { clients, note } = withinDescriptors(asked)
    return { clients, table: new Table(`idle.${asked}`, `idle: ${clients} followers${note}`) }
  })
  for (let round = 0; round < plan.longRounds; round++) {
    for (const kind of turns(round)) {
      progress(`idle, round ${round + 1} of ${plan.longRounds}: ${kind}`)
      await sitStill(bench, kind, places)
    }
  }
  yield* places.map(({ table }) => table)
}

interface Place {
  clients: number
  table: Table
}

async function sitStill(
  { postgres, plan, signal }: Bench,
  kind: Kind,
  places: readonly Place[],
): Promise<void> {
  await using contestant = await startContestant({ postgres, kind, signal })
  const { server, database } = contestant
  const load = await contestant.startLoad()
  let open = 0
  await sleep(SETTLE_MS)
  const { rssBytes: rssBefore } = await server.ask(usage, null)

  for (const { clients, table } of places) {
    await grow(clients - open)
    await sleep(SETTLE_MS)
    const before = await server.ask(usage, null)
    await sleep(plan.idleMs)
    const after = await server.ask(usage, null)

    const add = (key: string, value: number, label: string, digits: number) =>
      table.add(kind, key, value, { label, digits })
    add('rssKb', (after.rssBytes - rssBefore) / clients / 1000, 'RSS per follower, kB', 1)
    add('cpu', (after.cpuMicros - before.cpuMicros) / plan.idleMs / 10, 'CPU, % of a core', 2)
    add('rssMb', after.rssBytes / 1e6, 'RSS of the process, MB', 0)
  }

  // Last, because a collection shrinks what the others look at; against a new process, for the same reason.
  const heap = await server.ask(liveHeap, null)
  await load.ask(leaveAll, null)
  await server.kill()
  const heapWhenNew = await (await contestant.start()).ask(liveHeap, null)
  const kilobytes = (heap - heapWhenNew) / open / 1000
  places.at(-1)?.table.add(kind, 'heapKb', kilobytes, { label: 'live heap per follower, kB', digits: 1 })

  async function grow(by: number): Promise<void> {
    await load.ask(follow, { people: await database.addPeople(by), after: 0 })
    open += by
  }
}
