import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { cpuMicros } from './child.ts'
import type { Target } from './target.ts'

const CONTENT =
  'A message of about a hundred characters, as people write them when something is not as it was.'

export interface Measured {
  /** Acknowledged messages per second. */
  rate: number
  /** From sending to arrival at the other one, in milliseconds. */
  p50: number
  p99: number
  /** Of the server process, per message; null where the system does not say. */
  cpuMicros: number | null
}

/** So many messages under way at once, each in the next chat, for so long. */
export async function closedLoop(target: Target, inFlight: number, ms: number): Promise<Measured> {
  return measure(target, async (send) => {
    const until = performance.now() + ms
    let next = 0
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (performance.now() < until) await send(next++)
      }),
    )
  })
}

/** So many messages per second whatever the answers do, as people come. */
export async function openLoop(target: Target, perSecond: number, ms: number): Promise<Measured> {
  return measure(target, async (send) => {
    const begun = performance.now()
    const sends: Promise<void>[] = []
    const total = (perSecond * ms) / 1000
    while (sends.length < total) {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * perSecond)
      while (sends.length < due) sends.push(send(sends.length))
      await sleep(2)
    }
    await Promise.all(sends)
  })
}

async function measure(
  target: Target,
  run: (send: (n: number) => Promise<void>) => Promise<void>,
): Promise<Measured> {
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  for (const pair of target.pairs) {
    pair.onSeen((id) => {
      const at = sentAt.get(id)
      if (at !== undefined) latencies.push(performance.now() - at)
    })
  }
  const cpuBefore = cpuMicros(target.pid)
  const begun = performance.now()
  await run(async (n) => {
    const pair = target.pairs[n % target.pairs.length]
    const id = uuidv7()
    sentAt.set(id, performance.now())
    await pair?.send(id, CONTENT)
  })
  const seconds = (performance.now() - begun) / 1000
  const deadline = performance.now() + 5_000
  while (latencies.length < sentAt.size && performance.now() < deadline) await sleep(5)
  if (latencies.length < sentAt.size)
    throw new Error(`${target.name}: ${sentAt.size - latencies.length} never arrived`)
  const cpuAfter = cpuMicros(target.pid)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return {
    rate: sentAt.size / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpuMicros: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / sentAt.size,
  }
}
