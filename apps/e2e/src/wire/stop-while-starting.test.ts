import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { freePort } from '@acme/local'
import { freshDatabase } from '@acme/local/testing'
import pg from 'pg'
import { expect, test } from 'vitest'

/** P12 */
const STOPS_WITHIN_MS = 5_000
/** Kysely's, which a migration holds while it runs. */
const MIGRATION_LOCK = '3853314791062309107'
const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))

/** The server in production, on its way up. */
async function startProcess(databaseUrl: string, nodeOptions: string[] = []) {
  const child = spawn(process.execPath, [...nodeOptions, MAIN], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      PUBLIC_URL: 'https://support.example',
      DATABASE_URL: databaseUrl,
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'support@support.example',
      IDENTITY_SECRETS: 'identity secret of the tests that is long enough',
      SESSION_SECRET: 'session secret of the tests, long enough',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return child
}

/** Asks it to stop: with which code it ended, and whether in time. */
async function stop(child: ChildProcess) {
  const begun = performance.now()
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  clearTimeout(late)
  return { code, inTime: performance.now() - begun < STOPS_WITHIN_MS }
}

test('P12 SIGTERM ends a process that waits for the migration of another one', async () => {
  await using database = await freshDatabase()
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query(`select pg_advisory_lock(${MIGRATION_LOCK})`)
  const child = await startProcess(database.url)
  await expect
    .poll(
      async () =>
        (await other.query("select 1 from pg_locks where locktype = 'advisory' and not granted")).rowCount,
      { timeout: 60_000 },
    )
    .toBe(1)
  expect(await stop(child)).toEqual({ code: 0, inTime: true })
  await other.end()
})

test('P12 SIGTERM ends a process whose database is silent from the start', async () => {
  const connected = Promise.withResolvers<void>()
  const silent = createServer((socket) => {
    socket.on('error', () => {}).resume()
    connected.resolve()
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const child = await startProcess(`postgres://nobody@127.0.0.1:${port}/nothing`)
  await connected.promise
  expect(await stop(child)).toEqual({ code: 0, inTime: true })
  silent.close()
})

test('P12 SIGTERM ends a process that is still reading its program', async () => {
  // Says that somebody listens for SIGTERM, which is before the rest of the program is there.
  const tell = "process.on('newListener', (name) => name === 'SIGTERM' && process.stdout.write('listens'))"
  const child = await startProcess('postgres://nobody@127.0.0.1:1/nothing', [
    `--import=data:text/javascript,${encodeURIComponent(tell)}`,
  ])
  if (!child.stdout) throw new Error('It has no output')
  await once(child.stdout, 'data')
  expect(await stop(child)).toEqual({ code: 0, inTime: true })
})
