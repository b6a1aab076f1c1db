import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startPostgres } from '@acme/local'
import { startChild } from './child.ts'

/**
 * The running product against what one would write by hand with ws and pg, on one Postgres, in turns, so that
 * whatever else the machine does befalls both. Read the ratios, not the numbers.
 */
const ROUNDS = Number(process.env.ROUNDS ?? 6)
if (!Number.isInteger(ROUNDS) || ROUNDS < 1) throw new Error('ROUNDS is no number of rounds like 6')
const ENDS_WITHIN_MS = 90_000 + ROUNDS * 30_000
const IDENTITY_SECRET = 'the identity secret of the benchmark'

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => reject(new Error(`Interrupted by ${signal}`)))
  setTimeout(() => reject(new Error(`Not done within ${ENDS_WITHIN_MS / 1000} s`)), ENDS_WITHIN_MS).unref()
})
interrupted.catch(() => {})

try {
  await main()
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  await using started = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'acme-bench-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  // Postgres does not run as root; the account it runs under must get in.
  await chmod(folder, 0o755)
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') })
  started.defer(() => postgres.stop('immediate'))
  for (const name of ['ours', 'bare', 'writer']) await postgres.createDatabase(name)

  const [oursPort, barePort] = [await freePort(), await freePort()]
  const ours = started.use(
    await startChild(new URL('./product-server.ts', import.meta.url), {
      NODE_ENV: 'production',
      PORT: String(oursPort),
      PUBLIC_URL: `http://localhost:${oursPort}`,
      DATABASE_URL: postgres.urlOf('ours'),
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'support@support.example',
      IDENTITY_SECRETS: IDENTITY_SECRET,
      SESSION_SECRET: 'the session secret of the benchmark',
      ROLE: 'web',
      LOG_LEVEL: 'error',
    }),
  )
  const bare = started.use(
    await startChild(new URL('./bare-server.ts', import.meta.url), {
      NODE_ENV: 'production',
      PORT: String(barePort),
      DATABASE_URL: postgres.urlOf('bare'),
    }),
  )
  const generator = started.use(
    await startChild(new URL('./generator.ts', import.meta.url), {
      OURS_PID: String(ours.pid),
      OURS_PORT: String(oursPort),
      IDENTITY_SECRET,
      BARE_PID: String(bare.pid),
      BARE_PORT: String(barePort),
      BARE_DATABASE_URL: postgres.urlOf('bare'),
      WRITER_DATABASE_URL: postgres.urlOf('writer'),
      ROUNDS: String(ROUNDS),
    }),
  )
  await Promise.race([generator.exited, interrupted])
}
