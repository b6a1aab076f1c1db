import { connect } from '@acme/db'
import { startProxy } from '@acme/local'
import { Hub } from '@acme/realtime'
import { TRPCError } from '@trpc/server'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApi, refusalOf } from './server.ts'
import { httpContext, refusal } from './testing/call.ts'
import { AUDIENCE, type Fixture, fixture, IDENTITY_SECRET, SESSION_SECRET } from './testing/fixture.ts'

const PASSWORD = 'correct horse battery'
const EMAIL = 'ada@team.example'
let f: Fixture
beforeAll(async () => {
  f = await fixture()
  await f.as(await f.admin()).admin.team.add({ email: EMAIL, name: 'Ada', password: PASSWORD })
})
afterAll(() => f[Symbol.asyncDispose]())

/** Another process on the same database, with the limits as they are. */
async function startProcess({ url = f.databaseUrl } = {}) {
  const db = connect({ url, max: 10 })
  const api = await createApi({
    db,
    hub: new Hub(),
    identitySecrets: [IDENTITY_SECRET],
    audience: AUDIENCE,
    sessionSecret: SESSION_SECRET,
    replyEmailDelayMs: 1,
    onError: () => {},
  })
  const from = (address: string) =>
    api.router.createCaller({ ...httpContext({ type: 'anonymous' }), address })
  return {
    logIn: (password: string, address: string) =>
      from(address).admin.session.logIn({ email: EMAIL, password }),
    start: (address: string) => from(address).session.start(),
    api,
    async [Symbol.asyncDispose]() {
      api.close()
      await db.destroy()
    },
  }
}

/** As if all windows had passed. */
const letWindowsPass = () => sql`update rate_limits set expire = expire - 3600000`.execute(f.db)

/** What became of these calls, each with how often it did. */
async function outcomes(calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const outcome = (call: Promise<unknown>) =>
    call.then(
      () => 'allowed',
      (error: unknown) => (error instanceof TRPCError && refusalOf(error)?.reason) || String(error),
    )
  for (const each of await Promise.all(calls.map(outcome))) counts[each] = (counts[each] ?? 0) + 1
  return counts
}

test('P11 ten guesses at one email from one address are all there are, whichever processes they reach', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  const counts: Record<string, number> = {}
  for (let n = 0; n < 15; n++) {
    for (const process of [one, two]) {
      const { reason } = await refusal(process.logIn('wrong', '203.0.113.1'))
      counts[reason] = (counts[reason] ?? 0) + 1
    }
  }
  expect(counts).toEqual({ log_in_wrong: 10, rate_limited: 20 })
  // A process that starts anew knows of them, and the right password has to wait as well.
  await using three = await startProcess()
  const refused = await refusal(three.logIn(PASSWORD, '203.0.113.1'))
  expect(refused.details.retryAfterMs).toBeGreaterThan(0)
  expect(refused.details.retryAfterMs).toBeLessThanOrEqual(300_000)
  await expect(three.logIn(PASSWORD, '203.0.113.2')).resolves.toMatchObject({ email: EMAIL })

  await letWindowsPass()
  await expect(two.logIn(PASSWORD, '203.0.113.1')).resolves.toMatchObject({ email: EMAIL })
})

test('P11 guesses that come to all processes at once are counted exactly', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  const calls = Array.from({ length: 60 }, (_, n) => (n % 2 ? one : two).logIn('wrong', '203.0.113.3'))
  expect(await outcomes(calls)).toEqual({ log_in_wrong: 10, rate_limited: 50 })
})

test('P11 sixty sessions are started from one address in a minute, whichever processes are asked', async () => {
  await using one = await startProcess()
  await using two = await startProcess()
  const starts = () => Array.from({ length: 100 }, (_, n) => (n % 2 ? one : two).start('203.0.113.4'))
  expect(await outcomes(starts())).toEqual({ allowed: 60, rate_limited: 40 })
  expect(await outcomes([one.start('203.0.113.5')])).toEqual({ allowed: 1 })
})

test('log-ins that succeed do not count, however many', async () => {
  await using process = await startProcess()
  for (let n = 0; n < 42; n++) {
    await expect(process.logIn(PASSWORD, '203.0.113.6')).resolves.toMatchObject({ email: EMAIL })
  }
})

test('no address and no email stands in the table, and what has passed is forgotten', async () => {
  await using process = await startProcess()
  await sql`delete from rate_limits`.execute(f.db)
  await refusal(process.logIn('wrong', '203.0.113.7'))
  await process.start('203.0.113.7')
  const { rows } = await sql`select * from rate_limits`.execute(f.db)
  expect(rows).toHaveLength(4)
  expect(JSON.stringify(rows)).not.toMatch(/203\.0|ada|team/)
  await process.api.forgetExpiredLimits()
  expect((await sql`select * from rate_limits`.execute(f.db)).rows).toHaveLength(rows.length)
  await letWindowsPass()
  await process.api.forgetExpiredLimits()
  expect((await sql`select * from rate_limits`.execute(f.db)).rows).toEqual([])
})

test('with the database away nothing is let through, and both say to come back', async () => {
  const url = new URL(f.databaseUrl)
  await using proxy = await startProxy({ targetPort: Number(url.port) })
  url.port = String(proxy.port)
  await using process = await startProcess({ url: url.href })
  proxy.setMode('refuse')
  proxy.cut()
  const calls = [process.logIn(PASSWORD, '203.0.113.8'), process.start('203.0.113.8')]
  expect(await outcomes(calls)).toEqual({ unavailable: 2 })
})
