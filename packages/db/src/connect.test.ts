import { startProxy, type TcpProxy } from '@acme/local'
import { type FreshDatabase, freshDatabase } from '@acme/local/testing'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect, type Db } from './connect.ts'

const CONNECTIONS = 3

let database: FreshDatabase
let proxy: TcpProxy
let db: Db
beforeEach(async () => {
  database = await freshDatabase()
  const address = new URL(database.url)
  proxy = await startProxy({ targetPort: Number(address.port) })
  address.port = String(proxy.port)
  db = connect({ url: address.href, max: CONNECTIONS, queryTimeoutMs: 1_500 })
  await openAll()
})
afterEach(async () => {
  await db.destroy()
  await proxy.close()
  await database[Symbol.asyncDispose]()
})

/** Every connection of the pool is open, and idle. */
async function openAll(): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => sql`select pg_sleep(0.1)`.execute(db)))
  expect(db.pool.totalCount).toBe(CONNECTIONS)
}

test.each([
  { plansOnce: false, plan: /Seq Scan|Hash Join/ },
  { plansOnce: true, plan: /Index Cond/ },
])(
  'a statement that was planned while its table was small (plansOnce: $plansOnce) goes on by $plan',
  async ({ plansOnce, plan }) => {
    await using one = connect({ url: database.url, max: 1, plansOnce })
    await sql`create table numbers (n int primary key)`.execute(one)
    await sql`alter table numbers set (autovacuum_enabled = off)`.execute(one)
    // Autovacuum does not look at fewer.
    await sql`insert into numbers select * from generate_series(1, 60)`.execute(one)
    await sql`analyze numbers`.execute(one)
    const text = 'select n from unnest($1::int[]) wanted left join numbers on n = wanted'
    // From the sixth time on Postgres may keep a plan by itself.
    for (let n = 0; n < 7; n++) await one.pool.query({ name: 'find_numbers', text, values: [numbers(20)] })
    await sql`insert into numbers select * from generate_series(61, 5000)`.execute(one)
    const { rows } = await one.pool.query("explain execute find_numbers('{1}')")
    expect(JSON.stringify(rows)).toMatch(plan)
  },
)

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const call = () => sql`select 1`.execute(db)
const inTransaction = (midway = () => {}) =>
  db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    midway()
    await sql`select 2`.execute(trx)
  })
const named = () => db.pool.query({ name: 'one', text: 'select 1' })

test('P12 a database that was silent and is back is usable at the next call', async () => {
  let others: Promise<PromiseSettledResult<unknown>[]> | undefined
  const transaction = inTransaction(() => {
    proxy.setMode('blackhole')
    others = Promise.allSettled([call(), named()])
  })
  await expect(transaction).rejects.toThrow()
  expect((await others)?.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  proxy.setMode('pass')
  for (const next of [call, inTransaction, named, call, named, inTransaction]) await next()
})

test('P12 the connections that were idle while one was silent are not trusted either', async () => {
  proxy.setMode('blackhole')
  await expect(call()).rejects.toThrow('Query read timeout')
  proxy.setMode('pass')
  await expect.poll(() => db.pool.totalCount).toBe(0)
  await call()
})

test('a statement that is slow but alive is ended by the server and keeps its connection', async () => {
  const before = new Set(await backends())
  await expect(sql`select pg_sleep(30)`.execute(db)).rejects.toMatchObject({ code: '57014' })
  await openAll()
  expect(new Set(await backends())).toEqual(before)
})

async function backends(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
    where datname = current_database() and application_name = 'acme-support-chat'`.execute(db)
  return rows.map(({ pid }) => pid).sort()
}
