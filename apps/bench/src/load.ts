import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { cpuMicros } from './machine.ts'
import type { Target } from './target.ts'

const CONTENT =
  'A message of about a hundred characters, as people write them when something is not as it was.'
const ARRIVED_WITHIN_MS = 5_000

/** What was seen of one server in one go. */
export interface Sample {
  messages: number
  /** Until the last of them was acknowledged. */
  seconds: number
  /** From sending to arrival at the other one, by the load's own clock. */
  latenciesMs: readonly number[]
  /** Of the server's process; null where the system does not say. */
  cpuMicros: number | null
}

type Run = (send: (n: number) => Promise<void>) => Promise<void>

/** So many messages under way at once, each in the next chat, for so long. */
export function closedLoop(target: Target, inFlight: number, ms: number): Promise<Sample> {
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
export function openLoop(target: Target, perSecond: number, ms: number): Promise<Sample> {
  return measure(target, async (send) => {
    const begun = performance.now()
    const sends: Promise<void>[] = []
    const total = (perSecond * ms) / 1000
    while (sends.length < total) {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * perSecond)
      while (sends.length < due) sends.push(send(sends.length))
      await sleep(1)
    }
    await Promise.all(sends)
  })
}

async function measure({ name, pid, pairs }: Target, run: Run): Promise<Sample> {
  const sentAt = new Map<string, number>()
  const latenciesMs: number[] = []
  for (const pair of pairs) {
    pair.onSeen((id) => {
      const at = sentAt.get(id)
      if (at === undefined) return
      latenciesMs.push(performance.now() - at)
    })
  }
  const cpuBefore = cpuMicros(pid)
  const begun = performance.now()
  await run(async (n) => {
    const id = uuidv7()
    sentAt.set(id, performance.now())
    await pairs[n % pairs.length]?.send(id, CONTENT)
  })
  const seconds = (performance.now() - begun) / 1000
  const deadline = performance.now() + ARRIVED_WITHIN_MS
  while (latenciesMs.length < sentAt.size && performance.now() < deadline) await sleep(2)
  const cpuAfter = cpuMicros(pid)
  if (latenciesMs.length !== sentAt.size)
    throw new Error(`${name}: ${sentAt.size} were sent and ${latenciesMs.length} arrived`)
  return {
    messages: sentAt.size,
    seconds,
    latenciesMs,
    cpuMicros: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
  }
}
