import { availableParallelism, loadavg } from 'node:os'
import { z } from 'zod'
import { bareTarget } from './bare-target.ts'
import { readyUntilParentEnds } from './child.ts'
import { closedLoop, openLoop, type Sample } from './load.ts'
import { type CpuTimes, cpuTimes } from './machine.ts'
import { productTarget } from './product-target.ts'
import { noiseOf, type Round, tableOf, together } from './report.ts'
import type { Target } from './target.ts'
import { writerTarget } from './writer-target.ts'

/** The load, in a process of its own: speaks to both servers in turns, measures, prints. */
const settings = z
  .object({
    OURS_PID: z.coerce.number(),
    OURS_PORT: z.coerce.number(),
    IDENTITY_SECRET: z.string(),
    BARE_PID: z.coerce.number(),
    BARE_PORT: z.coerce.number(),
    BARE_DATABASE_URL: z.string(),
    WRITER_DATABASE_URL: z.string(),
    ROUNDS: z.coerce.number().int().positive(),
  })
  .parse(process.env)

/** The product bounds how fast one socket may talk (50 frames per second); this many share the load below that. */
const CHATS = 400
const MANY = 200
const PER_SECOND = 300

interface Phase {
  name: string
  run: (target: Target) => Promise<Sample>
  withWriter?: boolean
}
const PHASES: Phase[] = [
  { name: '1 message under way', run: (target) => closedLoop(target, 1, 700) },
  { name: `${PER_SECOND} messages per second`, run: (target) => openLoop(target, PER_SECOND, 1_000) },
  { name: `${MANY} messages under way`, run: (target) => closedLoop(target, MANY, 1_200), withWriter: true },
]

readyUntilParentEnds()
console.log(`Connecting ${CHATS} chats, two sockets each, to both servers …`)
const ours = await productTarget({
  pid: settings.OURS_PID,
  port: settings.OURS_PORT,
  identitySecret: settings.IDENTITY_SECRET,
  chats: CHATS,
})
const bare = await bareTarget({
  pid: settings.BARE_PID,
  port: settings.BARE_PORT,
  databaseUrl: settings.BARE_DATABASE_URL,
  chats: CHATS,
})
const writer = await writerTarget(settings.WRITER_DATABASE_URL, CHATS)
for (const target of [ours, bare, writer]) await closedLoop(target, 50, 1_500)

const before = cpuTimes()
const rounds = PHASES.map((): Round[] => [])
for (let round = 0; round < settings.ROUNDS; round++) {
  for (const [n, phase] of PHASES.entries()) rounds[n]?.push(await playRound(phase))
}
for (const [n, { name }] of PHASES.entries()) console.log(`\n${name}\n${tableOf(rounds[n] ?? []).join('\n')}`)
console.log(`\n${await conditions()}`)
process.exit(0)

/** Ours, bare, bare, ours: what drifts meanwhile befalls both alike. */
async function playRound({ run, withWriter }: Phase): Promise<Round> {
  const first = await run(ours)
  const bares = [await run(bare), await run(bare)]
  const round = { ours: together([first, await run(ours)]), bare: together(bares) }
  return withWriter ? { ...round, writer: await run(writer) } : round
}

async function conditions(): Promise<string> {
  const { rows } = await writer.db.pool.query<Record<'version' | 'fsync' | 'commit', string>>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as commit`,
  )
  const [postgres] = rows
  return [
    `${settings.ROUNDS} rounds of ours, bare, bare, ours; medians, and of each round's ratio median (least–most).`,
    `${availableParallelism()} cores shared by both servers, the load and Postgres ${postgres?.version}` +
      ` (fsync ${postgres?.fsync}, synchronous_commit ${postgres?.commit}); Node ${process.versions.node}.`,
    `Load average ${loadavg()[0]?.toFixed(1)}${cpuSince(before)}; ${noiseOf(rounds.at(-1) ?? [])}.`,
  ].join('\n')
}

function cpuSince(then: CpuTimes | null): string {
  const now = cpuTimes()
  if (!then || !now) return ''
  const share = (ticks: number) => `${Math.round((100 * ticks) / (now.total - then.total))} %`
  return `, CPU idle ${share(now.idle - then.idle)}, stolen ${share(now.steal - then.steal)}`
}
