import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AdminCaller, Caller } from '../../identity/caller.ts'
import { refusal } from '../../testing/call.ts'
import { type Fixture, fixture } from '../../testing/fixture.ts'
import { ensureFirstAdmin } from './first-admin.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  await f.db.deleteFrom('users').where('kind', '=', 'admin').execute()
})

const anonymous: Caller = { type: 'anonymous' }
const PASSWORD = 'correct horse battery'
let attempts = 0

async function member(name: string): Promise<AdminCaller> {
  const email = `${name}@team.example`
  const { id } = await f.as(await f.admin('Maker')).admin.team.add({ email, name, password: PASSWORD })
  await f.db.deleteFrom('users').where('name', '=', 'Maker').execute()
  return { type: 'admin', userId: id, sessionId: uuidv7(), name, email }
}

/** From an address of its own unless told otherwise, so that tests don’t use up each other’s attempts. */
function logIn(
  email: string,
  password: string,
  address = `203.0.113.${attempts++}`,
  deviceToken: string | null = null,
) {
  const cookies: (string | null)[] = []
  const devices: string[] = []
  const http = {
    address,
    deviceToken,
    setSessionCookie: (token: string | null) => cookies.push(token),
    setDeviceCookie: (token: string) => devices.push(token),
  }
  const answer = f.as(anonymous, http).admin.session.logIn({ email, password })
  return { answer, cookies, devices }
}

test('logging in sets a cookie that is the admin, until they log out', async () => {
  const ada = await member('ada')
  const { answer, cookies } = logIn(' ADA@team.example ', PASSWORD)
  expect(await answer).toEqual({ id: ada.userId, email: 'ada@team.example', name: 'ada' })
  const [token] = cookies
  const caller = await f.api.callerOf(token ?? '')
  expect(caller).toMatchObject({ type: 'admin', userId: ada.userId, email: 'ada@team.example' })
  expect(await f.as(caller).admin.session.get()).toEqual(await answer)

  const cleared: unknown[] = []
  const heard: unknown[] = []
  if (caller.type === 'admin') f.hub.listen(`session:${caller.sessionId}`, (body) => heard.push(body))
  await f.as(caller, { setSessionCookie: (cookie) => cleared.push(cookie) }).admin.session.logOut()
  expect(cleared).toEqual([null])
  expect(heard).toEqual([{ type: 'ended' }])
  expect(await f.api.callerOf(token ?? '')).toEqual(anonymous)
})

test('P9 a wrong password, an unknown email, a user’s email and a disabled admin are answered alike', async () => {
  const [ada, bob] = [await member('ada'), await member('bob')]
  const user = await f.user()
  const { email: ofUser } = await f.db
    .selectFrom('users')
    .select('email')
    .where('id', '=', user.userId)
    .executeTakeFirstOrThrow()
  await f.as(ada).admin.team.disable({ adminId: bob.userId })
  const tries = [
    ['ada@team.example', 'wrong'],
    ['ada@team.example', ''],
    ['ada@team.example', PASSWORD.toUpperCase()],
    ['nobody@team.example', PASSWORD],
    [ofUser ?? '', PASSWORD],
    ['bob@team.example', PASSWORD],
  ] as const
  for (const [email, password] of tries) {
    const { answer, cookies } = logIn(email, password)
    expect(await refusal(answer), email).toMatchObject({
      code: 'UNAUTHORIZED',
      reason: 'log_in_wrong',
      details: {},
    })
    expect(cookies).toEqual([])
  }
})

test('P11 after ten failures log-in has to wait, also with the right password; successes do not count', async () => {
  await member('ada')
  for (let n = 0; n < 12; n++) await logIn('ada@team.example', PASSWORD, '198.51.100.1').answer
  for (let n = 0; n < 10; n++) {
    expect(await refusal(logIn('ada@team.example', 'wrong', '198.51.100.1').answer)).toMatchObject({
      reason: 'log_in_wrong',
    })
  }
  const refused = await refusal(logIn('ADA@team.example', PASSWORD, '198.51.100.1').answer)
  expect(refused).toMatchObject({ code: 'TOO_MANY_REQUESTS', reason: 'rate_limited' })
  expect(refused.details.retryAfterMs).toBeGreaterThan(0)
  expect(refused.details.retryAfterMs).toBeLessThanOrEqual(300_000)
  // Whoever guesses elsewhere does not shut the admin out.
  await expect(logIn('ada@team.example', PASSWORD, '198.51.100.2').answer).resolves.toBeDefined()
})

test('P11 log-ins that are refused by their own limit use up nobody else’s', async () => {
  await member('ada')
  await member('bob')
  const address = '198.51.100.4'
  for (let n = 0; n < 60; n++) await refusal(logIn('ada@team.example', 'wrong', address).answer)
  await expect(logIn('bob@team.example', PASSWORD, address).answer).resolves.toBeDefined()
})

test('P11 guesses that come all at once are limited too', async () => {
  await member('ada')
  const answers = Array.from({ length: 30 }, () =>
    refusal(logIn('ada@team.example', 'wrong', '198.51.100.3').answer),
  )
  const reasons = (await Promise.all(answers)).map(({ reason }) => reason)
  expect(reasons.filter((reason) => reason === 'log_in_wrong')).toHaveLength(10)
})

test('P11 guesses from all over one IPv6 /64 count as guesses from one address', async () => {
  await member('ada')
  const answers = Array.from({ length: 300 }, (_, n) =>
    refusal(logIn('ada@team.example', 'wrong', `2001:db8:5::${n.toString(16)}`).answer),
  )
  const reasons = (await Promise.all(answers)).map(({ reason }) => reason)
  expect(reasons.filter((reason) => reason === 'log_in_wrong').length).toBeLessThanOrEqual(10)
  await expect(logIn('ada@team.example', PASSWORD, '2001:db8:6::1').answer).resolves.toBeDefined()
})

test('P11 a whole IPv6 /48 has two hundred guesses, and other networks are not held up', async () => {
  await member('ada')
  const guess = (n: number) =>
    refusal(logIn('ada@team.example', 'wrong', `2001:db8:7:${n.toString(16)}::1`).answer)
  const reasons: string[] = []
  // One after the other, so that none is busy.
  for (let n = 0; n < 205; n++) reasons.push((await guess(n)).reason)
  expect(reasons.filter((reason) => reason === 'log_in_wrong')).toHaveLength(200)
  expect(reasons.slice(200)).toEqual(Array(5).fill('rate_limited'))
  await expect(logIn('ada@team.example', PASSWORD, '2001:db8:8::1').answer).resolves.toBeDefined()
})

test('P11 what one address has used up does not use up the share of its network', async () => {
  await member('ada')
  for (let n = 0; n < 250; n++) {
    await refusal(logIn('ada@team.example', 'wrong', '2001:db8:9:1::1').answer)
  }
  await expect(logIn('ada@team.example', PASSWORD, '2001:db8:9:2::1').answer).resolves.toBeDefined()
})

test('P11 a browser from which its owner has logged in has a limit of its own, for this email alone', async () => {
  await member('ada')
  await member('bob')
  const address = '198.51.100.9'
  const { answer, devices } = logIn('ada@team.example', PASSWORD, address)
  await answer
  const [device = ''] = devices
  for (let n = 0; n < 11; n++) {
    await refusal(logIn('ada@team.example', 'wrong', address).answer)
    await refusal(logIn('bob@team.example', 'wrong', address).answer)
  }
  const reasonFor = async (email: string, token: string | null) =>
    (await refusal(logIn(email, PASSWORD, address, token).answer)).reason
  expect(await reasonFor('ada@team.example', null)).toBe('rate_limited')
  expect(await reasonFor('bob@team.example', device)).toBe('rate_limited')
  expect(await reasonFor('ada@team.example', `x${device}`)).toBe('rate_limited')
  const known = logIn('ada@team.example', PASSWORD, address, device)
  await expect(known.answer).resolves.toBeDefined()

  // Renewed it is the same browser: its failures count together, and no log-in begins them anew.
  const reasons: string[] = []
  for (const token of [device, known.devices[0] ?? '']) {
    for (let n = 0; n < 6; n++) {
      reasons.push((await refusal(logIn('ada@team.example', 'wrong', address, token).answer)).reason)
    }
  }
  expect(reasons).toEqual([...Array(10).fill('log_in_wrong'), 'rate_limited', 'rate_limited'])
})

test('P9 a disabled admin’s sessions end at once, everywhere, and disabling twice is disabling once', async () => {
  const [ada, bob] = [await member('ada'), await member('bob')]
  const tokens: string[] = []
  for (let n = 0; n < 3; n++) {
    const { answer, cookies } = logIn(bob.email, PASSWORD)
    await answer
    tokens.push(cookies[0] ?? '')
  }
  let ended = 0
  for (const token of tokens) {
    const caller = await f.api.callerOf(token)
    if (caller.type === 'admin') f.hub.listen(`session:${caller.sessionId}`, () => ended++)
  }
  await f.as(ada).admin.team.disable({ adminId: bob.userId })
  expect(ended).toBe(3)
  for (const token of tokens) expect(await f.api.callerOf(token)).toEqual(anonymous)
  const before = await f.as(ada).admin.team.list()
  await f.as(ada).admin.team.disable({ adminId: bob.userId })
  expect(await f.as(ada).admin.team.list()).toEqual(before)
  expect(before.map(({ email, disabledAt }) => [email, disabledAt !== null])).toEqual([
    ['ada@team.example', false],
    ['bob@team.example', true],
  ])
})

test('a password with half a character is refused, for it would match every other half', async () => {
  const ada = await member('ada')
  const [one, other] = [`${PASSWORD}\ud800`, `${PASSWORD}\udfff`]
  const add = f.as(ada).admin.team.add({ email: 'half@team.example', name: 'Half', password: one })
  for (const call of [add, logIn(ada.email, other).answer]) {
    const error: unknown = await call.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'BAD_REQUEST', cause: { issues: [{ path: ['password'] }] } })
  }
})

test('the last one who can log in cannot be disabled, not even by each other at the same time', async () => {
  const [ada, bob] = [await member('ada'), await member('bob')]
  const both = await Promise.allSettled([
    f.as(ada).admin.team.disable({ adminId: bob.userId }),
    f.as(bob).admin.team.disable({ adminId: ada.userId }),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const left = (await f.as(ada).admin.team.list()).filter(({ disabledAt }) => !disabledAt)
  expect(left).toHaveLength(1)
  const last = f.as(ada).admin.team.disable({ adminId: left[0]?.id ?? '' })
  expect(await refusal(last)).toMatchObject({ code: 'CONFLICT', reason: 'last_admin' })
  const unknown = f.as(ada).admin.team.disable({ adminId: uuidv7() })
  expect(await refusal(unknown)).toMatchObject({ code: 'NOT_FOUND', reason: 'admin_unknown' })
  const user = await f.user()
  expect(await refusal(f.as(ada).admin.team.disable({ adminId: user.userId }))).toMatchObject({
    reason: 'admin_unknown',
  })
})

test('nobody is in the team twice, however the address is written and whoever is faster', async () => {
  const ada = await member('ada')
  const add = (email: string) => f.as(ada).admin.team.add({ email, name: 'Second', password: PASSWORD })
  for (const email of ['ada@team.example', ' ADA@Team.Example ']) {
    expect(await refusal(add(email))).toMatchObject({
      code: 'CONFLICT',
      reason: 'admin_exists',
      details: { field: 'email' },
    })
  }
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => add('new@team.example')))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await f.as(ada).admin.team.list()).toHaveLength(2)
})

test('who was disabled, or has no password any more, comes back by being added again', async () => {
  const ada = await member('ada-again')
  const add = (name: string, password: string) =>
    f.as(ada).admin.team.add({ email: 'bea@team.example', name, password })
  const { id } = await add('Bea', PASSWORD)
  await f.as(ada).admin.team.disable({ adminId: id })
  expect(await add('Beatrice', 'quite another password')).toEqual({
    id,
    email: 'bea@team.example',
    name: 'Beatrice',
  })
  const logIn = (password: string) =>
    f.as({ type: 'anonymous' }).admin.session.logIn({ email: 'bea@team.example', password })
  await expect(logIn(PASSWORD)).rejects.toThrow('wrong')
  await expect(logIn('quite another password')).resolves.toMatchObject({ id })

  await f.db.deleteFrom('adminCredentials').where('userId', '=', id).execute()
  await expect(add('Beatrice', 'and a third password')).resolves.toMatchObject({ id })
})

test('the first admin is made once, by however many processes that start together', async () => {
  const first = { email: 'Root@Team.example', password: PASSWORD }
  await Promise.all(Array.from({ length: 4 }, () => ensureFirstAdmin(f.db, first)))
  await ensureFirstAdmin(f.db, { email: 'second@team.example', password: PASSWORD })
  const admins = await f.db.selectFrom('users').select('email').where('kind', '=', 'admin').execute()
  expect(admins).toEqual([{ email: 'root@team.example' }])
  await expect(logIn('root@team.example', PASSWORD).answer).resolves.toMatchObject({ name: 'Support' })
})
