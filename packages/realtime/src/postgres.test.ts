import { type FreshDatabase, freshDatabase } from '@acme/local/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type HintBody, Hub } from './hub.ts'
import { createNotifier } from './notify.ts'
import { relayThroughPostgres } from './postgres.ts'

let database: FreshDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await freshDatabase({ empty: true })
  pool = new pg.Pool({ connectionString: database.url, max: 3 })
  pool.on('error', () => {})
})
afterAll(async () => {
  await pool.end()
  await database[Symbol.asyncDispose]()
})

/** A process: its hub, what it heard on `t`, and its relay. */
async function startProcess() {
  const hub = new Hub()
  const heard: HintBody[] = []
  hub.listen('t', (body) => heard.push(body))
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const relay = await relayThroughPostgres({ hub, pool, databaseUrl: database.url, onError })
  return { hub, heard, errors, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() }
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const listeners = () =>
  pool.query<{ pid: number }>(`select pid from pg_stat_activity
    where datname = current_database() and application_name = 'acme-hints'`)

test('two processes on one database hear each other, and their own hints once', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  one.hub.publish('t', { from: 'one' })
  two.hub.publish('t', { from: 'two' })
  await until(() => {
    expect(one.heard).toEqual(expect.arrayContaining([{ from: 'one' }, { from: 'two' }]))
    expect(two.heard).toEqual(expect.arrayContaining([{ from: 'one' }, { from: 'two' }]))
  })
  // Another round trip behind them: an echo would have come before it.
  one.hub.publish('t', { from: 'one', last: true })
  two.hub.publish('t', { from: 'two', last: true })
  await until(() => {
    expect(one.heard.filter(({ last }) => last)).toHaveLength(2)
    expect(two.heard.filter(({ last }) => last)).toHaveLength(2)
  })
  expect(one.heard).toHaveLength(4)
  expect(two.heard).toHaveLength(4)
})

test('thousands of hints in one burst arrive, in order', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  for (let seq = 0; seq < 5_000; seq++) one.hub.publish('t', { seq })
  await until(() => expect(two.heard).toHaveLength(5_000))
  expect(two.heard.map(({ seq }) => seq)).toEqual(Array.from({ length: 5_000 }, (_, seq) => seq))
  expect(one.errors).toEqual([])
})

test('P11 one notification is under way at a time, and what waits meanwhile is bounded', async () => {
  await using two = await startProcess()
  await using ends = new AsyncDisposableStack()
  const slow = ends.adopt(new pg.Pool({ connectionString: database.url, max: 2 }), (it) => it.end())
  const hub = new Hub()
  ends.use(await relayThroughPostgres({ hub, pool: slow, databaseUrl: database.url }))
  // Both connections are taken, as by readers.
  const taken = await Promise.all([slow.connect(), slow.connect()])
  for (let seq = 0; seq < 12_000; seq++) {
    hub.publish('t', { seq })
    if (seq % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 3))
  }
  const { waitingCount } = slow
  for (const client of taken) client.release()
  expect(waitingCount).toBe(1)
  await until(() => {
    hub.publish('t', { last: true })
    expect(two.heard).toContainEqual({ last: true })
  })
  const seqs = two.heard.flatMap(({ seq }) => (seq === undefined ? [] : [seq]))
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, seq) => seq))
  expect(seqs.length).toBeLessThan(11_000)
})

test('P2 a listening connection that is killed is replaced, every time', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  for (let round = 0; round < 2; round++) {
    const before = (await listeners()).rows.map(({ pid }) => pid)
    expect(before).toHaveLength(2)
    await pool.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [before])
    await vi.waitFor(async () => {
      const now = (await listeners()).rows.map(({ pid }) => pid)
      expect(now.filter((pid) => !before.includes(pid))).toHaveLength(2)
    }, 10_000)
    // Said again until heard: between connecting and listening a hint may be lost, and may be.
    await until(() => {
      one.hub.publish('t', { round })
      expect(two.heard).toContainEqual({ round })
    })
    await until(() => {
      two.hub.publish('t', { back: round })
      expect(one.heard).toContainEqual({ back: round })
    })
  }
})

test('flushing with nothing to send does not keep later hints from being sent', async () => {
  await using two = await startProcess()
  const notifier = createNotifier(pool, 'somebody else', () => {})
  await notifier.flush()
  notifier.notify({ topic: 't', body: { after: 'flush' } })
  await until(() => expect(two.heard).toEqual([{ after: 'flush' }]))
})

test('what anybody else notifies is ignored', async () => {
  await using one = await startProcess()
  for (const payload of ['', 'hello', '["x",["t"]]', '{"topic":"t"}']) {
    await pool.query('select pg_notify($1, $2)', ['acme_support_hints', payload])
  }
  await pool.query('select pg_notify($1, $2)', ['acme_support_hints', '["x",["t",{"ok":true}]]'])
  await until(() => expect(one.heard).toEqual([{ ok: true }]))
})

test('a closed relay tells its last hints, leaves no connection, and hears nothing more', async () => {
  const one = await startProcess()
  await using two = await startProcess()
  one.hub.publish('t', { last: 'words' })
  await one[Symbol.asyncDispose]()
  await until(() => expect(two.heard).toEqual([{ last: 'words' }]))
  two.hub.publish('t', { too: 'late' })
  await vi.waitFor(async () => expect((await listeners()).rows).toHaveLength(1), 5_000)
  expect(one.heard).toEqual([{ last: 'words' }])
  expect(one.errors).toEqual([])
})
