import { setTimeout as sleep } from 'node:timers/promises'
import { type Contestant, startContestant } from '../contestant.ts'
import {
  beginFlood,
  beginNewcomers,
  endFlood,
  endNewcomers,
  FLOODS,
  type FloodName,
  listenBare,
} from '../floods/commands.ts'
import { join, traffic } from '../load/commands.ts'
import { type Child, startChild } from '../processes/start-child.ts'
import { Table } from '../report/rows.ts'
import { quantile } from '../statistics.ts'
import { runPhase } from './phase.ts'
import type { Scenario } from './scenario.ts'

/** Honest pairs, each of whom says something once a second. */
const PAIRS = 50
const LOOP = { type: 'open', perSecond: PAIRS } as const
/** Of the attacker's own chat. */
const MESSAGES = 3_000
/** Of newcomers: behind those of the pairs. */
const FIRST_ADDRESS = 10_000
/** For what a flood left behind: windows of limits and closed sockets. */
const SETTLE_MS = 1_000

/**
 * Honest pairs of the product with its own limits: what they wait for in quiet, under each flood, and while the same flood runs
 * against a bare port, which shows what the flood takes from a shared machine by itself.
 */
export const floods: Scenario = async function* ({ postgres, plan, progress, signal }) {
  await using stack = new AsyncDisposableStack()
  const contestant = stack.use(await startContestant({ postgres, kind: 'ours', isGuarded: true, signal }))
  const { database } = contestant
  const start = async (script: URL) => stack.use(await startChild(script, { env: {}, signal }))
  const pairs = await contestant.startLoad()
  await pairs.ask(join, { people: await database.addPeople(PAIRS), agents: 0 })
  await pairs.ask(traffic, { loop: LOOP, ms: plan.warmUpMs })
  const [flood, newcomers, bare] = [
    await start(new URL('../floods/flood-process.ts', import.meta.url)),
    await start(new URL('../floods/flood-process.ts', import.meta.url)),
    await start(new URL('../floods/bare-port.ts', import.meta.url)),
  ]
  const { port: barePort } = await bare.ask(listenBare, null)

  const addresses = { next: FIRST_ADDRESS }

  for (const name of FLOODS) {
    const table = new Table(`floods.${name}`, `floods: ${name}, ${PAIRS} honest pairs`)
    for (let round = 0; round < plan.longRounds; round++) {
      progress(`${table.id}, round ${round + 1} of ${plan.longRounds}`)
      await measure({
        name,
        contestant,
        pairs,
        flood,
        newcomers,
        barePort,
        addresses,
        ms: plan.phaseMs,
        table,
      })
      await sleep(SETTLE_MS)
    }
    yield table
  }
}

interface Measuring {
  name: FloodName
  contestant: Contestant
  pairs: Child
  flood: Child
  newcomers: Child
  barePort: number
  /** The next newcomer's. */
  addresses: { next: number }
  ms: number
  table: Table
}

async function measure({
  name,
  contestant,
  pairs,
  flood,
  newcomers,
  barePort,
  addresses,
  ms,
  table,
}: Measuring) {
  const add = (key: string, value: number, label: string, digits: number) =>
    table.add('ours', key, value, { label, digits })
  const { database, port } = contestant
  // Another one each time: who has flooded has nothing left to spend.
  const [attacker] = await database.addPeople(1)
  if (!attacker) throw new Error('There is no attacker')
  await database.addMessages([attacker], MESSAGES)
  const epoch = await database.epoch()
  const talk = async () => {
    await newcomers.ask(beginNewcomers, { port, from: addresses.next })
    const phase = await runPhase(contestant, pairs, { loop: LOOP, ms })
    const arrivals = await newcomers.ask(endNewcomers, null)
    addresses.next = arrivals.next
    const [failure] = arrivals.failures
    if (failure !== undefined) throw new Error(`A newcomer did not get in during ${name}: ${failure}`)
    const [p50, p99] = [quantile(phase.latenciesMs, 0.5), quantile(phase.latenciesMs, 0.99)]
    return { p50, p99, arrivals: arrivals.tookMs, ...phase }
  }
  const floodOf = async (port: number) => {
    await flood.ask(beginFlood, { name, port, epoch, attacker })
    return async () => flood.ask(endFlood, null)
  }

  const quiet = await talk()
  const endBare = await floodOf(barePort)
  const alone = await talk()
  await endBare()
  const end = await floodOf(port)
  const begun = performance.now()
  const under = await talk()
  const seconds = (performance.now() - begun) / 1000
  const { sent, refused } = await end()

  add('p50Quiet', quiet.p50, 'send to seen p50 in quiet, ms', 2)
  add('p99Quiet', quiet.p99, 'send to seen p99 in quiet, ms', 2)
  add('p50Bare', alone.p50, '… p50 while the flood runs against a bare port, ms', 2)
  add('p99Bare', alone.p99, '… p99 while the flood runs against a bare port, ms', 2)
  add('p50', under.p50, '… p50 under the flood, ms', 2)
  add('p99', under.p99, '… p99 under the flood, ms', 2)
  add('p99Ratio', under.p99 / quiet.p99, 'p99 under the flood / in quiet', 2)
  add('p99OfBare', under.p99 / alone.p99, 'p99 under the flood / against a bare port', 2)
  add('newcomers', under.arrivals.length / seconds, 'newcomers in per second, of 10', 1)
  add(
    'newcomersP99Quiet',
    quantile(quiet.arrivals, 0.99),
    'newcomers in quiet: until they have a chat p99, ms',
    1,
  )
  add('newcomersP99', quantile(under.arrivals, 0.99), '… under the flood p99, ms', 1)
  add('serverShare', (under.serverCpuMicros / seconds / 1e6) * 100, 'server: share of a core, %', 0)
  add('sent', sent / seconds, 'flood: frames or requests per second', 0)
  add('refused', (100 * refused) / sent, 'flood: closed or refused, %', 0)
}
