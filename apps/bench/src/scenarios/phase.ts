import type { z } from 'zod'
import type { Contestant } from '../contestant.ts'
import { traffic } from '../load/commands.ts'
import type { Child } from '../processes/start-child.ts'
import { usage } from '../processes/usage.ts'

type TrafficInput = z.output<typeof traffic.input>
type Sample = z.output<typeof traffic.output>

export interface Phase extends Sample {
  /** Of the server, from the first send until all have seen everything. */
  serverCpuMicros: number
  /** The load's share of one core, 0 to 1; near 1 it measures itself. */
  loadShare: number
}

/** Sends for a while, and counts what it cost the server and the load. */
export async function runPhase({ server }: Contestant, load: Child, input: TrafficInput): Promise<Phase> {
  const [serverBefore, loadBefore] = await Promise.all([server.ask(usage, null), load.ask(usage, null)])
  const begun = performance.now()
  const sample = await load.ask(traffic, input)
  const wallMicros = (performance.now() - begun) * 1000
  const [serverAfter, loadAfter] = await Promise.all([server.ask(usage, null), load.ask(usage, null)])
  return {
    ...sample,
    serverCpuMicros: serverAfter.cpuMicros - serverBefore.cpuMicros,
    loadShare: (loadAfter.cpuMicros - loadBefore.cpuMicros) / wallMicros,
  }
}
