import { setTimeout as sleep } from 'node:timers/promises'
import { startContestant } from '../contestant.ts'
import { comeBack, follow, join, leaveAll, lose, stopTraffic, traffic } from '../load/commands.ts'
import { withinDescriptors } from '../machine.ts'
import { usage } from '../processes/usage.ts'
import { Table, turns } from '../report/rows.ts'
import type { Kind } from '../servers/servers.ts'
import { quantile } from '../statistics.ts'
import { runPhase } from './phase.ts'
import type { Bench, Scenario } from './scenario.ts'

/** Messages that each client misses while it is away. */
const MISSED = 2
/** Others, in a process of their own, who write all along and keep their connections. */
const SENDERS = { chats: 50, perSecond: 100 }
/** What each server is away for, however fast it starts: the clients' back-off grows with it. */
const AWAY_MS = 3_000
/** Time for the server to see that the connections are gone. */
const NOTICED_MS = 1_500
const LONGEST_MS = 600_000

/**
 * All clients lose their connection at once and resume from their cursors: first cut off from a server that goes on
 * serving others, then by the death of the server.
 */
export const storm: Scenario = async function* (bench) {
  for (const asked of bench.plan.stormClients) {
    const { clients, note } = withinDescriptors(asked)
    const title = `storm: ${clients} clients, ${MISSED} messages missed by each${note}`
    const table = new Table(`storm.${asked}`, title)
    for (let round = 0; round < bench.plan.longRounds; round++) {
      for (const kind of turns(round)) {
        bench.progress(`${table.id}, round ${round + 1} of ${bench.plan.longRounds}: ${kind}`)
        await blow(bench, kind, clients, table)
      }
    }
    yield table
  }
}

async function blow(
  { postgres, plan, progress, signal }: Bench,
  kind: Kind,
  clients: number,
  table: Table,
): Promise<void> {
  const add = (key: string, value: number, label: string, digits: number) =>
    table.add(kind, key, value, { label, digits })
  await using contestant = await startContestant({ postgres, kind, signal })
  const { database } = contestant
  const crowd = await contestant.startLoad()
  const senders = await contestant.startLoad()
  const people = await database.addPeople(clients)
  await crowd.ask(follow, { people, after: 0 })
  await senders.ask(join, { people: await database.addPeople(SENDERS.chats), agents: 0 })

  const loop = { type: 'open', perSecond: SENDERS.perSecond } as const
  await senders.ask(traffic, { loop, ms: plan.warmUpMs })
  const quiet = await runPhase(contestant, senders, { loop, ms: plan.phaseMs })
  const quietShare = quiet.serverCpuMicros / (plan.phaseMs * 1000)

  await crowd.ask(lose, { cut: true, missed: MISSED })
  await database.addMessages(people, MISSED)
  await sleep(NOTICED_MS)
  const before = await contestant.server.ask(usage, null)
  const [cut, { latenciesMs }] = await Promise.all([
    returnOfAll(before).finally(() => senders.ask(stopTraffic, null)),
    senders.ask(traffic, { loop, ms: LONGEST_MS }),
  ])
  add('cutBackSeconds', cut.seconds, 'cut off: all back and caught up after, s', 1)
  add('cutTookP50', quantile(cut.tookMs, 0.5) / 1000, 'cut off: open and resume without back-off p50, s', 2)
  add('cutTookP99', quantile(cut.tookMs, 0.99) / 1000, 'cut off: open and resume without back-off p99, s', 2)
  add('cutFailed', cut.failedAttempts / clients, 'cut off: attempts that failed, per client', 2)
  add('cutBusy', cut.busyAnswers / clients, 'cut off: answers to come back later, per client', 2)
  const ownCpu = cut.cpuMicros - quietShare * cut.seconds * 1e6
  add('cutCpuMs', ownCpu / clients / 1000, 'cut off: CPU per open and resume, ms', 3)
  for (const [name, share, digits] of [
    ['P50', 0.5, 2],
    ['P99', 0.99, 1],
  ] as const) {
    const [usual, during] = [quantile(quiet.latenciesMs, share), quantile(latenciesMs, share)]
    add(`senders${name}Quiet`, usual, `others' send to seen before, ${name.toLowerCase()}, ms`, digits)
    add(`senders${name}`, during, `others' send to seen meanwhile, ${name.toLowerCase()}, ms`, digits)
    add(`senders${name}Ratio`, during / usual, `… meanwhile / before, ${name.toLowerCase()}`, 2)
  }

  await senders.ask(leaveAll, null)
  await crowd.ask(lose, { cut: false, missed: MISSED })
  await contestant.server.kill()
  const killedAt = performance.now()
  await database.addMessages(people, MISSED)
  await sleep(Math.max(0, AWAY_MS - contestant.server.ready.wallMs - (performance.now() - killedAt)))
  const { ready } = await contestant.start()
  const killed = await returnOfAll(ready)
  add('killBackSeconds', killed.seconds, 'killed: all back after ready, s', 1)
  add(
    'killTookP50',
    quantile(killed.tookMs, 0.5) / 1000,
    'killed: open and resume without back-off p50, s',
    2,
  )
  add(
    'killTookP99',
    quantile(killed.tookMs, 0.99) / 1000,
    'killed: open and resume without back-off p99, s',
    2,
  )
  add('killCpuMs', killed.cpuMicros / clients / 1000, 'killed: CPU per open and resume, ms', 3)
  add('killBusy', killed.busyAnswers / clients, 'killed: answers to come back later, per client', 2)
  add('killFailed', killed.failedAttempts / clients, 'killed: attempts that failed, per client', 2)

  async function returnOfAll({ cpuMicros }: { cpuMicros: number }) {
    const begun = performance.timeOrigin + performance.now()
    const { backAt, failedAttempts, ...rest } = await crowd.ask(comeBack, null)
    const after = await contestant.server.ask(usage, null)
    let failures = 0
    for (const [why, times] of Object.entries(failedAttempts)) {
      failures += times
      progress(`${times} attempts failed: ${why}`)
    }
    const seconds = (Math.max(...backAt) - begun) / 1000
    return { ...rest, failedAttempts: failures, seconds, cpuMicros: after.cpuMicros - cpuMicros }
  }
}
