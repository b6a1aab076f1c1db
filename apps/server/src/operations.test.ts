import { connect, type Db } from '@acme/db'
import { startProxy } from '@acme/local'
import { freshDatabase } from '@acme/local/testing'
import { createLinks, createMailer, type RunningWorker, runWorker } from '@acme/worker'
import { expect, test, vi } from 'vitest'
import { createApp, serveOperations } from './app.ts'
import { addWorkerMetrics, createMetrics } from './metrics.ts'
import { readSettings, type Settings } from './settings.ts'

test('P12 health and metrics tell when no job loop is alive, and when one is again', async () => {
  await using database = await freshDatabase()
  const url = new URL(database.url)
  await using proxy = await startProxy({ targetPort: Number(url.port) })
  url.port = String(proxy.port)
  await using workerDb = connect({ url: url.href })
  await using db = connect({ url: database.url })
  await using stack = new AsyncDisposableStack()
  const worker = stack.adopt(await startWorker(workerDb), (each) => each.stop())
  const metrics = createMetrics()
  addWorkerMetrics(metrics, db, worker)
  const serve = async (role: Settings['role']) => {
    const app = stack.adopt(await createApp(settings()), (each) => each.close())
    serveOperations(app, { db, metrics, role, isReady: () => true, worker: () => worker })
    return async (path: string) => {
      const { statusCode, body } = await app.inject(path)
      return `${statusCode} ${body}`
    }
  }
  const [all, onlyWorker] = [await serve('all'), await serve('worker')]

  expect(await all('/readyz')).toBe('200 {"ok":true}')
  expect(await onlyWorker('/readyz')).toBe('200 {"ok":true}')
  expect(await all('/metrics')).toMatch(/^acme_job_loop_alive 1$/m)
  expect(await all('/metrics')).toMatch(/^acme_oldest_due_reply_seconds 0$/m)

  proxy.setMode('refuse')
  proxy.cut()
  await vi.waitFor(async () => expect(await onlyWorker('/readyz')).toMatch(/^503 /), 20_000)
  expect(await onlyWorker('/readyz')).toBe(
    '503 {"ok":false,"why":"The worker has not looked for jobs for 10 s; it is being restarted."}',
  )
  expect(await all('/readyz')).toBe('200 {"ok":true,"worker":"restarting"}')
  expect(await all('/metrics')).toMatch(/^acme_job_loop_alive 0$/m)

  proxy.setMode('pass')
  await vi.waitFor(async () => expect(await onlyWorker('/readyz')).toBe('200 {"ok":true}'), 20_000)
  expect(await all('/metrics')).toMatch(/^acme_job_loop_alive 1$/m)
})

test('P12 health and metrics answer within seconds while the database is silent', async () => {
  await using database = await freshDatabase()
  const url = new URL(database.url)
  await using proxy = await startProxy({ targetPort: Number(url.port) })
  url.port = String(proxy.port)
  await using db = connect({ url: url.href })
  await using workerDb = connect({ url: database.url })
  await using stack = new AsyncDisposableStack()
  const worker = stack.adopt(await startWorker(workerDb), (each) => each.stop())
  const metrics = createMetrics()
  addWorkerMetrics(metrics, db, worker)
  const app = stack.adopt(await createApp(settings()), (each) => each.close())
  serveOperations(app, { db, metrics, role: 'all', isReady: () => true, worker: () => worker })
  expect((await app.inject('/readyz')).statusCode).toBe(200)

  proxy.setMode('blackhole')
  const begun = performance.now()
  const [ready, scraped] = await Promise.all([app.inject('/readyz'), app.inject('/metrics')])
  expect(performance.now() - begun).toBeLessThan(3_500)
  expect(ready.statusCode).toBe(503)
  expect(scraped.body).toMatch(/^acme_oldest_due_reply_seconds Nan$/m)
  proxy.cut()
})

function startWorker(db: Db): Promise<RunningWorker> {
  const mailer = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'support@acme.example' })
  return runWorker({
    db,
    mailer,
    reply: {
      appName: 'Acme',
      domain: 'acme.example',
      chatUrl: null,
      links: createLinks({ secret: 'a secret for tests', publicUrl: 'http://localhost' }),
    },
    replyEmailDelayMs: 500,
    log: () => {},
  })
}

function settings(): Settings {
  const result = readSettings({ LOG_LEVEL: 'fatal' })
  if (!result.ok) throw new Error(result.faults.join())
  return result.settings
}
