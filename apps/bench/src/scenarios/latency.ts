import { Table, turns } from '../report/rows.ts'
import { quantile } from '../statistics.ts'
import { openArena } from './arena.ts'
import { runPhase } from './phase.ts'
import type { Scenario } from './scenario.ts'

const CHATS = 1_000
const WARM_UP_IN_FLIGHT = 50

/** So many messages per second whatever the answers do: from sending until the other party sees it. */
export const latency: Scenario = async function* (bench) {
  const { plan, progress } = bench
  await using arena = await openArena(bench, CHATS, WARM_UP_IN_FLIGHT)
  const sent = { ours: 0, bare: 0, batched: 0 }
  for (const perSecond of plan.ratesPerSecond) {
    const table = new Table(
      `latency.${perSecond}`,
      `latency: ${perSecond} messages per second, ${CHATS} chats`,
    )
    for (let round = 0; round < plan.rounds; round++) {
      for (const kind of turns(round)) {
        progress(`${table.id}, round ${round + 1} of ${plan.rounds}: ${kind}`)
        const { contestant, load } = arena.of(kind)
        const phase = await runPhase(contestant, load, {
          loop: { type: 'open', perSecond },
          ms: plan.phaseMs,
        })
        sent[kind] += phase.messages
        const add = (key: string, value: number, label: string, digits: number) =>
          table.add(kind, key, value, { label, digits })
        add('p50', quantile(phase.latenciesMs, 0.5), 'send to seen p50, ms', 2)
        add('p99', quantile(phase.latenciesMs, 0.99), 'send to seen p99, ms', 2)
        add('cpuMicros', phase.serverCpuMicros / phase.messages, 'server CPU per message, µs', 0)
        add('lateP99', quantile(phase.lateMs, 0.99), 'load late with sends p99, ms', 1)
        add('loadShare', phase.loadShare * 100, "load's share of a core, %", 0)
      }
    }
    yield table
  }
  await arena.verifyStored(sent)
}
