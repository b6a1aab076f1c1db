import { Table, turns } from '../report/rows.ts'
import { quantile } from '../statistics.ts'
import { openArena } from './arena.ts'
import { runPhase } from './phase.ts'
import type { Bench, Scenario } from './scenario.ts'

/** With more at once only the waiting grows. */
const MOST_IN_FLIGHT = 200

/** As many messages as a server takes: both parties of every chat follow it, two agents hear the inbox. */
export const saturation: Scenario = async function* (bench) {
  for (const chats of bench.plan.saturationChats) yield await saturate(bench, chats)
}

async function saturate(bench: Bench, chats: number): Promise<Table> {
  const { plan, progress } = bench
  // One in flight per chat: with more, a server that commits them apart may tell them in any order.
  const inFlight = Math.min(chats, MOST_IN_FLIGHT)
  const table = new Table(`saturation.${chats}`, `saturation: ${chats} chats, ${inFlight} messages under way`)
  await using arena = await openArena(bench, chats, inFlight)
  const sent = { ours: 0, bare: 0, batched: 0 }
  for (let round = 0; round < plan.rounds; round++) {
    for (const kind of turns(round)) {
      progress(`${table.id}, round ${round + 1} of ${plan.rounds}: ${kind}`)
      const { contestant, load } = arena.of(kind)
      const phase = await runPhase(contestant, load, { loop: { type: 'closed', inFlight }, ms: plan.phaseMs })
      if (phase.inboxFrames === 0) throw new Error(`${kind}: the agents heard nothing`)
      sent[kind] += phase.messages
      const add = (key: string, value: number, label: string, digits: number) =>
        table.add(kind, key, value, { label, digits })
      add('rate', phase.messages / phase.seconds, 'durable messages per second', 0)
      add('cpuMicros', phase.serverCpuMicros / phase.messages, 'server CPU per message, µs', 0)
      add('p50', quantile(phase.latenciesMs, 0.5), 'send to seen p50, ms', 1)
      add('p99', quantile(phase.latenciesMs, 0.99), 'send to seen p99, ms', 1)
      add('loadShare', phase.loadShare * 100, "load's share of a core, %", 0)
    }
  }
  await arena.verifyStored(sent)
  return table
}
