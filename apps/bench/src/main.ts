import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, migrate } from '@acme/db'
import { freePort, startPostgres } from '@acme/local'
import { v7 as uuidv7 } from 'uuid'
import { bareTarget } from './bare-target.ts'
import { closedLoop, type Measured, openLoop } from './load.ts'
import { productTarget } from './product-target.ts'
import type { Target } from './target.ts'

/**
 * The running product against what one would write by hand with ws and pg, on one Postgres, in turns (ours, bare, bare,
 * ours …), so that whatever else the machine does befalls both. Read the ratios, not the numbers.
 */
const CHATS = 400
const ROUNDS = Number(process.env.ROUNDS ?? 6)
const PHASES: { name: string; run: (target: Target) => Promise<Measured> }[] = [
  { name: '1 message under way', run: (target) => closedLoop(target, 1, 1_500) },
  { name: '300 messages per second', run: (target) => openLoop(target, 300, 2_000) },
  { name: '200 messages under way', run: (target) => closedLoop(target, 200, 2_500) },
]

const folder = await mkdtemp(join(tmpdir(), 'acme-bench-'))
await chmod(folder, 0o755)
const postgres = await startPostgres({ dataDir: join(folder, 'postgres') })
const targets: Target[] = []
try {
  for (const name of ['ours', 'bare']) await postgres.createDatabase(name)
  const bareChats = await prepareBare(postgres.urlOf('bare'))
  console.log(`Connecting ${CHATS} chats, two sockets each, to both servers …`)
  const ours = await productTarget(postgres.urlOf('ours'), await freePort(), CHATS)
  const bare = await bareTarget(postgres.urlOf('bare'), await freePort(), bareChats)
  targets.push(ours, bare)
  for (const target of targets) await closedLoop(target, 50, 1_000)

  for (const phase of PHASES) {
    const results: { ours: Measured; bare: Measured }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 2 === 0) results.push({ ours: await phase.run(ours), bare: await phase.run(bare) })
      else {
        const first = await phase.run(bare)
        results.push({ bare: first, ours: await phase.run(ours) })
      }
    }
    report(phase.name, results)
  }
  console.log(
    `\n${ROUNDS} rounds in turns; ${availableParallelism()} cores shared by Postgres, server and load.`,
  )
} finally {
  for (const target of targets) await target.close()
  await postgres.stop('immediate')
  await rm(folder, { recursive: true, force: true })
}

async function prepareBare(url: string): Promise<string[]> {
  await using db = connect({ url })
  await migrate(db)
  const chats = Array.from({ length: CHATS }, () => ({ id: uuidv7(), userId: uuidv7() }))
  await db
    .insertInto('users')
    .values(
      chats.map(({ userId }) => ({
        id: userId,
        kind: 'user' as const,
        externalId: userId,
        email: null,
        name: null,
      })),
    )
    .execute()
  await db.insertInto('supportChats').values(chats).execute()
  return chats.map(({ id }) => id)
}

function report(name: string, results: { ours: Measured; bare: Measured }[]): void {
  console.log(`\n${name}`)
  const rows: [label: string, of: (measured: Measured) => number | null, digits: number][] = [
    ['durable messages/s', ({ rate }) => rate, 0],
    ['send to seen p50, ms', ({ p50 }) => p50, 2],
    ['send to seen p99, ms', ({ p99 }) => p99, 2],
    ['server CPU, µs/message', ({ cpuMicros }) => cpuMicros, 0],
  ]
  for (const [label, of, digits] of rows) {
    const ours = results.map((result) => of(result.ours)).filter((value) => value !== null)
    const bare = results.map((result) => of(result.bare)).filter((value) => value !== null)
    const ratios = ours.map((value, index) => value / (bare[index] ?? Number.NaN)).sort((a, b) => a - b)
    if (ratios.length === 0) continue
    const spread = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`
    console.log(
      `  ${label.padEnd(24)} ours ${median(ours).toFixed(digits).padStart(8)}   bare ${median(bare).toFixed(digits).padStart(8)}   ratio ${median(ratios).toFixed(2)} (${spread})`,
    )
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
