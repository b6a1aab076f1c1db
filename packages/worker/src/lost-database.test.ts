import { createServer, type Socket } from 'node:net'
import { type ConnectOptions, connect, type Db } from '@acme/db'
import { startProxy, type TcpProxy } from '@acme/local'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createMailer, type Mailer } from './mailer.ts'
import { type RunningWorker, runWorker, type WorkerOptions } from './run-worker.ts'
import { type Fixture, fixture, REPLY } from './testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  await f.mailbox.clear()
  await f.db.deleteFrom('supportChats').execute()
  await sql`delete from graphile_worker._private_jobs`.execute(f.db)
})

const ROUNDS = 30

test(`P12 the worker mails after each of ${ROUNDS} times that all its connections ended`, async () => {
  await using db = connectAs('worker under test')
  let endAlsoAfterMails = false
  await using worker = await start(db, {
    mailer: {
      async send(mail, signal) {
        const handover = await f.mailer.send(mail, signal)
        if (endAlsoAfterMails) await endConnectionsOf('worker under test')
        return handover
      },
    },
  })
  for (let round = 1; round <= ROUNDS; round++) {
    endAlsoAfterMails = true
    await Promise.all(Array.from({ length: 6 }, () => f.chat()))
    await f.mailbox.next(() => true, 20_000)
    await endConnectionsOf('worker under test')
    endAlsoAfterMails = false
    await expectMailed(await f.chat(), `round ${round}`)
    expect(worker.isAlive()).toBe(true)
    await f.mailbox.clear()
  }
}, 300_000)

test('P8 P12 jobs that a lost runner left locked do not stay locked, and no mail is sent twice', async () => {
  await using faulty = await faultyDatabase()
  const mail = heldMailer()
  await using worker = await start(faulty.db, { mailer: mail.mailer })
  await f.chat()
  await mail.underWay
  faulty.proxy.setMode('refuse')
  faulty.proxy.cut()
  mail.release()
  expect(await lockedJobs()).not.toEqual([])
  await vi.waitFor(() => expect(worker.lines).not.toEqual([]), 20_000)
  faulty.proxy.setMode('pass')
  await vi.waitFor(async () => expect(await lockedJobs()).toEqual([]), 20_000)
  await expectMailed(await f.chat())
  expect(mail.count()).toBe(2)
})

test('P12 a database that is away for a while is not told by the worker as well', async () => {
  await using faulty = await faultyDatabase()
  const mail = heldMailer()
  await using worker = await start(faulty.db, { mailer: mail.mailer })
  await Promise.all(Array.from({ length: 4 }, () => f.chat()))
  await mail.underWay
  expect(worker.isAlive()).toBe(true)
  worker.lines.length = 0
  using trace = vi.spyOn(console, 'trace')
  using error = vi.spyOn(console, 'error')
  faulty.proxy.setMode('refuse')
  faulty.proxy.cut()
  mail.release()
  await vi.waitFor(() => expect(worker.isAlive()).toBe(false), 20_000)
  faulty.proxy.setMode('pass')
  await vi.waitFor(() => expect(worker.isAlive()).toBe(true), 20_000)
  expect(worker.lines.filter((line) => !/^(info|debug)/.test(line))).toEqual([])
  expect(worker.lines).toContain('debug the job runner works again')
  expect(trace).not.toHaveBeenCalled()
  expect(error).not.toHaveBeenCalled()
})

test('P12 a database that was silent is noticed, and the worker mails again when it speaks', async () => {
  await using faulty = await faultyDatabase({ queryTimeoutMs: 2_000 })
  await using worker = await start(faulty.db)
  faulty.proxy.setMode('blackhole')
  await vi.waitFor(() => expect(worker.isAlive()).toBe(false), 20_000)
  faulty.proxy.setMode('pass')
  await expectMailed(await f.chat())
  expect(worker.isAlive()).toBe(true)
})

test.each([0, 1, 2, 3, 4, 5])(
  'P12 stopping when another runner has opened %i connections leaves none behind',
  async (connections) => {
    await using faulty = await faultyDatabase()
    await using worker = await start(faulty.db)
    faulty.proxy.setMode('refuse')
    faulty.proxy.cut()
    await worker.logged('the job runner has lost the database; starting another')
    const opened = nthConnection(faulty.db, connections)
    faulty.proxy.setMode('pass')
    await opened
    await expectWithin(3_500, worker.stop())
    // One that is left behind listens, and holds its connection for ever.
    await expectWithin(1_000, faulty.db.destroy())
  },
)

test('P12 a worker that cannot be started leaves nothing behind', async () => {
  // The only connection is the one that listens: none is left to look for jobs.
  await using db = connect({ url: f.databaseUrl, max: 1 })
  await expect(start(db)).rejects.toThrow('timeout exceeded')
  expect(busy(db)).toBe(0)
  await expectWithin(1_000, db.destroy())
})

test('P12 stopping is bounded while the database is silent', async () => {
  await using faulty = await faultyDatabase()
  await using worker = await start(faulty.db)
  using trace = vi.spyOn(console, 'trace')
  faulty.proxy.setMode('blackhole')
  await vi.waitFor(() => expect(busy(faulty.db)).toBeGreaterThan(1), 20_000)
  await expectWithin(3_500, worker.stop())
  faulty.proxy.cut()
  await expectWithin(10_000, faulty.db.destroy())
  await worker.logged('Graceful shutdown complete')
  expect(trace).not.toHaveBeenCalled()
})

test('P12 stopping is bounded while another runner is being started on a silent database', async () => {
  await using faulty = await faultyDatabase()
  await using worker = await start(faulty.db)
  faulty.proxy.setMode('blackhole')
  faulty.proxy.cut()
  await worker.logged('the job runner has lost the database; starting another')
  using trace = vi.spyOn(console, 'trace')
  await expectWithin(3_500, worker.stop())
  faulty.proxy.cut()
  await expectWithin(10_000, faulty.db.destroy())
  await worker.logged('Graceful shutdown complete')
  expect(trace).not.toHaveBeenCalled()
})

test('P12 stopping is bounded while a mail hangs: it is broken off, given back and left to others', async () => {
  const sockets = new Set<Socket>()
  const connected = Promise.withResolvers<void>()
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    connected.resolve()
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'a@b.example' })
    await using worker = await start(f.db, { mailer })
    const chatId = await f.chat()
    await connected.promise
    await expectWithin(3_500, worker.stop())
    expect(await f.emails(chatId)).toEqual([])
    expect(await f.row(chatId)).toMatchObject({ emailClaimedSeq: 0 })
    expect(await lockedJobs()).toEqual([])
    await using next = await start(f.db)
    await sql`update graphile_worker._private_jobs set run_at = now()`.execute(f.db)
    await expectMailed(chatId)
    expect(next.isAlive()).toBe(true)
  } finally {
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
})

test('P12 stopping is bounded while a mail hangs that cannot be broken off', async () => {
  await using db = connectAs('worker under test')
  const mail = heldMailer()
  await using worker = await start(db, { mailer: mail.mailer })
  await f.chat()
  await mail.underWay
  await expectWithin(3_500, worker.stop())
  expect(worker.lines).toContain('warn the job runner has not stopped within 3 s; given up')
  mail.release()
})

interface TestWorker extends RunningWorker, AsyncDisposable {
  /** What it said, level first. */
  lines: string[]
  logged: (message: string) => Promise<void>
}

async function start(db: Db, options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  const lines: string[] = []
  const worker = await runWorker({
    mailer: f.mailer,
    reply: REPLY,
    db,
    replyEmailDelayMs: 500,
    log: (level, message) => lines.push(`${level} ${message}`),
    ...options,
  })
  return {
    ...worker,
    lines,
    logged: (message) =>
      vi.waitFor(() => expect(lines.join('\n')).toContain(message), { timeout: 20_000, interval: 1 }),
    [Symbol.asyncDispose]: worker.stop,
  }
}

/** A mailer that holds its first mails until released. */
function heldMailer() {
  const underWay = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  let count = 0
  const mailer: Pick<Mailer, 'send'> = {
    async send() {
      count += 1
      underWay.resolve()
      await released.promise
      return { type: 'sent', outcome: 'ok' }
    },
  }
  return { mailer, underWay: underWay.promise, release: () => released.resolve(), count: () => count }
}

function connectAs(applicationName: string): Db {
  const url = new URL(f.databaseUrl)
  url.searchParams.set('application_name', applicationName)
  return connect({ url: url.href })
}

/** Connections in use; one of them listens. */
function busy({ pool }: Db): number {
  return pool.totalCount - pool.idleCount
}

async function endConnectionsOf(applicationName: string): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName}`.execute(f.db)
}

interface FaultyDatabase extends AsyncDisposable {
  proxy: TcpProxy
  db: Db
}

async function faultyDatabase(options: Partial<ConnectOptions> = {}): Promise<FaultyDatabase> {
  const url = new URL(f.databaseUrl)
  const proxy = await startProxy({ targetPort: Number(url.port) })
  url.port = String(proxy.port)
  const db = connect({ url: url.href, ...options })
  return {
    proxy,
    db,
    async [Symbol.asyncDispose]() {
      await proxy.close()
      await db.destroy()
    },
  }
}

async function lockedJobs(): Promise<unknown[]> {
  return (await f.jobs()).filter(({ lockedAt }) => lockedAt)
}

async function expectMailed(chatId: string, about?: string): Promise<void> {
  await vi.waitFor(async () => expect(await f.emails(chatId), about).toMatchObject([{ state: 'sent' }]), {
    timeout: 20_000,
    interval: 50,
  })
}

async function nthConnection({ pool }: Db, count: number): Promise<void> {
  if (count === 0) return
  let opened = 0
  await new Promise<void>((resolve) => {
    pool.on('connect', () => {
      opened += 1
      if (opened === count) resolve()
    })
  })
}

async function expectWithin(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`It took longer than ${ms} ms.`)), ms)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
