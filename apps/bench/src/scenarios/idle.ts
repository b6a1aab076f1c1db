import { setTimeout as sleep } from 'node:timers/promises'
import { startContestant } from '../contestant.ts'
import { follow } from '../load/commands.ts'
import { withinDescriptors } from '../machine.ts'
import { liveHeap, usage } from '../processes/usage.ts'
import { Table, turns } from '../report/rows.ts'
import type { Kind } from '../servers/servers.ts'
import type { Bench, Scenario } from './scenario.ts'

/** Opened before anything is counted, so that what the first ones bring along is no follower's. */
const FIRST = 200
const SETTLE_MS = 3_000

/** Followers to whom nothing happens. Each server alone and in a new process, so that no earlier peak is counted. */
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

async function sitStill({ postgres, plan }: Bench, kind: Kind, places: readonly Place[]): Promise<void> {
  await using contestant = await startContestant(postgres, kind)
  const { server, database } = contestant
  const load = await contestant.startLoad()
  let open = 0
  await grow(FIRST)
  const heapBefore = await server.ask(liveHeap, null)
  const { rssBytes: rssBefore } = await server.ask(usage, null)

  for (const { clients, table } of places) {
    await grow(clients - open)
    await sleep(SETTLE_MS)
    const before = await server.ask(usage, null)
    await sleep(plan.idleMs)
    const after = await server.ask(usage, null)
    const heap = await server.ask(liveHeap, null)

    const add = (key: string, value: number, label: string, digits: number) =>
      table.add(kind, key, value, { label, digits })
    add('rssKb', (after.rssBytes - rssBefore) / (clients - FIRST) / 1000, 'RSS per follower, kB', 1)
    add('heapKb', (heap - heapBefore) / (clients - FIRST) / 1000, 'live heap per follower, kB', 1)
    add('cpu', (after.cpuMicros - before.cpuMicros) / plan.idleMs / 10, 'CPU, % of a core', 2)
    add('rssMb', after.rssBytes / 1e6, 'RSS of the process, MB', 0)
  }

  async function grow(by: number): Promise<void> {
    await load.ask(follow, { people: await database.addPeople(by), after: 0 })
    open += by
  }
}
