import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture, SESSION_SECRET } from '../testing/fixture.ts'
import type { Member } from './caller.ts'
import { openSession } from './sessions.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

const DAY_MS = 24 * 3_600_000

async function session(kind: 'visitor' | 'user' | 'admin'): Promise<{ token: string; caller: Member }> {
  const { userId } = await (kind === 'admin' ? f.admin() : f.user())
  await f.db.updateTable('users').set({ kind }).where('id', '=', userId).execute()
  const token = await openSession(f.db, SESSION_SECRET, { id: userId, kind })
  const caller = await f.api.callerOf(token)
  if (caller.type === 'anonymous') throw new Error('No session')
  return { token, caller }
}

/** As if the session had this many days left. */
const leave = ({ sessionId }: Member, days: number) =>
  f.db
    .updateTable('sessions')
    .set({ expiresAt: sql<Date>`now() + make_interval(days => ${days}::int)` })
    .where('id', '=', sessionId)
    .execute()

/** How many days are left, and the row's version: another one means that it was written. */
async function look({ sessionId }: Member) {
  const { expiresAt, version } = await f.db
    .selectFrom('sessions')
    .select(['expiresAt', sql<string>`xmin::text`.as('version')])
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  return { daysLeft: Math.round((expiresAt.getTime() - Date.now()) / DAY_MS), version }
}

test.each(['visitor', 'user'] as const)(
  'the session of a %s lasts 90 days after its last use, and is written once a day at most',
  async (kind) => {
    const { token, caller } = await session(kind)
    const opened = await look(caller)
    await f.api.callerOf(token)
    expect(await look(caller)).toEqual({ daysLeft: 90, version: opened.version })

    await leave(caller, 88)
    await Promise.all(Array.from({ length: 10 }, () => f.api.callerOf(token)))
    const extended = await look(caller)
    expect(extended.daysLeft).toBe(90)
    await f.api.callerOf(token)
    expect(await look(caller)).toEqual(extended)

    await leave(caller, 1)
    expect(await f.api.callerOf(token)).toEqual(caller)
    expect((await look(caller)).daysLeft).toBe(90)
  },
)

test('the session of an admin ends seven days after log-in, however much it is used', async () => {
  const { token, caller } = await session('admin')
  expect((await look(caller)).daysLeft).toBe(7)
  await leave(caller, 3)
  await f.api.callerOf(token)
  const stop = f.hub.listen(`session:${caller.sessionId}`, () => {})
  await f.api.sweep()
  stop()
  expect((await look(caller)).daysLeft).toBe(3)
})

test('a session that has ended is not extended', async () => {
  const { token, caller } = await session('visitor')
  await leave(caller, -1)
  expect(await f.api.callerOf(token)).toEqual({ type: 'anonymous' })
  const ended: string[] = []
  const stop = f.hub.listen(`session:${caller.sessionId}`, () => ended.push(caller.sessionId))
  await f.api.sweep()
  stop()
  expect(ended).toEqual([caller.sessionId])
  expect((await look(caller)).daysLeft).toBe(-1)
})

test('a socket that stays open keeps its session', async () => {
  const [{ caller }, other] = [await session('visitor'), await session('visitor')]
  await leave(caller, 2)
  await leave(other.caller, 2)
  const ended: string[] = []
  const stop = f.hub.listen(`session:${caller.sessionId}`, () => ended.push(caller.sessionId))
  await f.api.sweep()
  const extended = await look(caller)
  expect(extended.daysLeft).toBe(90)
  await f.api.sweep()
  stop()
  expect(await look(caller)).toEqual(extended)
  expect((await look(other.caller)).daysLeft).toBe(2)
  expect(ended).toEqual([])
})
