import { SignJWT } from 'jose'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApi } from '../server.ts'
import { httpContext, refusal, rowCounts } from '../testing/call.ts'
import { AUDIENCE, type Fixture, fixture, IDENTITY_SECRET, SESSION_SECRET } from '../testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

const now = () => Math.floor(Date.now() / 1000)

/** Valid unless something is changed; `undefined` leaves a claim out. */
function sign(
  changes: Record<string, unknown> = {},
  { secret = IDENTITY_SECRET, alg = 'HS256' } = {},
): Promise<string> {
  const claims = { sub: uuidv7(), aud: AUDIENCE, iat: now(), exp: now() + 600, ...changes }
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))
}
const start = (identity?: string) =>
  f.as({ type: 'anonymous' }).session.start(identity === undefined ? undefined : { identity })
const users = (externalId: string) =>
  f.db.selectFrom('users').selectAll().where('externalId', '=', externalId).execute()

const unsigned = (header: object, claims: object) =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

test('a signed user keeps one row, and the host’s newest word on name and email counts', async () => {
  const sub = 'customer 42 / ü'
  const first = await start(await sign({ sub, email: 'Ada@Example.COM', name: ' Ada ' }))
  expect(first.user).toEqual({ id: expect.any(String), kind: 'user', name: 'Ada' })
  const second = await start(await sign({ sub, name: 'Ada Lovelace' }))
  expect(second.user).toEqual({ ...first.user, name: 'Ada Lovelace' })
  expect(second.token).not.toBe(first.token)
  await start(await sign({ sub, email: 'ada@new.example' }))
  expect(await users(sub)).toMatchObject([
    { id: first.user.id, kind: 'user', email: 'ada@new.example', name: null },
  ])
  expect(await f.api.callerOf(first.token)).toMatchObject({ type: 'user', userId: first.user.id })
})

test('P5 many first sessions of one user at once make one user', async () => {
  const sub = uuidv7()
  const identity = await sign({ sub })
  const started = await Promise.all(Array.from({ length: 50 }, () => start(identity)))
  expect(new Set(started.map(({ user }) => user.id)).size).toBe(1)
  expect(new Set(started.map(({ token }) => token)).size).toBe(50)
  expect(await users(sub)).toHaveLength(1)
})

test('without an identity everybody is a visitor of their own, and no token stands in the database', async () => {
  const [one, two] = [await start(), await start()]
  expect(one.user.kind).toBe('visitor')
  expect(one.user.id).not.toBe(two.user.id)
  const hashes = await f.db.selectFrom('sessions').select('tokenHash').execute()
  expect(hashes.some(({ tokenHash }) => tokenHash.includes(one.token))).toBe(false)
})

test('P10 a token that proves nothing is refused and makes nobody', async () => {
  const valid = { sub: 'x', aud: AUDIENCE, iat: now(), exp: now() + 600 }
  const good = await sign()
  const [head = '', body = '', signature = ''] = good.split('.')
  const cases: Record<string, [string | Promise<string>, reason?: string]> = {
    expired: [sign({ iat: now() - 900, exp: now() - 60 }), 'identity_expired'],
    'issued two hours ago': [sign({ iat: now() - 7_200 }), 'identity_expired'],
    'issued in the future': [sign({ iat: now() + 600, exp: now() + 900 })],
    'not valid yet': [sign({ nbf: now() + 600 })],
    'signed with another secret': [sign({}, { secret: 'somebody else’s secret, long enough' })],
    'of another algorithm': [sign({}, { alg: 'HS512' })],
    'alg none': [`${unsigned({ alg: 'none' }, valid)}.`],
    'alg none with a signature': [`${unsigned({ alg: 'none' }, valid)}.${signature}`],
    'alg left out': [`${unsigned({}, valid)}.${signature}`],
    'with its own key': [`${unsigned({ alg: 'HS256', jwk: { kty: 'oct', k: 'eA' } }, valid)}.${signature}`],
    'with other claims under a good signature': [
      `${head}.${Buffer.from(JSON.stringify(valid)).toString('base64url')}.${signature}`,
    ],
    'without its signature': [`${head}.${body}.`],
    'for another audience': [sign({ aud: 'https://elsewhere.example' })],
    'for no audience': [sign({ aud: undefined })],
    'without sub': [sign({ sub: undefined })],
    'without iat': [sign({ iat: undefined })],
    'without exp': [sign({ exp: undefined })],
    'no token': ['hello'],
    empty: [''],
  }
  const before = await rowCounts(f)
  for (const [what, [token, reason = 'identity_invalid']] of Object.entries(cases)) {
    expect(await refusal(start(await token)), what).toMatchObject({ code: 'UNAUTHORIZED', reason })
  }
  expect(await rowCounts(f)).toEqual(before)
})

test('P10 names, ids and addresses that cannot be used are refused with their field', async () => {
  const cases: [Record<string, unknown>, field: string][] = [
    [{ name: 'Eve\r\nBcc: all@example.com' }, 'name'],
    [{ name: 'NUL \u0000' }, 'name'],
    [{ name: 'evil \u202egnp.exe' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: 5 }, 'name'],
    [{ sub: '' }, 'sub'],
    [{ sub: 'a\nb' }, 'sub'],
    [{ sub: '\ud800' }, 'sub'],
    [{ sub: 'x'.repeat(256) }, 'sub'],
    ...[
      'no address',
      'a@b',
      'a@b.example, c@d.example',
      'a@b.example\r\nBcc: c@d.example',
      'g:evil@z.example;',
      'A <a@b.example>',
      'a@b@c.example',
      '"a b"@c.example',
      'a(comment)@b.example',
      `${'x'.repeat(250)}@b.example`,
    ].map((email): [Record<string, unknown>, string] => [{ email }, 'email']),
  ]
  const before = await rowCounts(f)
  for (const [claims, field] of cases) {
    const refused = await refusal(start(await sign(claims)))
    const label = JSON.stringify(claims).slice(0, 60)
    expect(refused, label).toMatchObject({
      code: 'BAD_REQUEST',
      reason: 'identity_field_invalid',
      details: { field },
    })
  }
  expect(await rowCounts(f)).toEqual(before)
})

test('P11 sessions that are started from all over one IPv6 /64 count as started from one address', async () => {
  const { db, hub } = f
  const api = await createApi({
    db,
    hub,
    identitySecrets: [IDENTITY_SECRET],
    audience: AUDIENCE,
    sessionSecret: SESSION_SECRET,
    replyEmailDelayMs: 1,
    onError: () => {},
  })
  const startFrom = (address: string) =>
    api.router.createCaller({ ...httpContext({ type: 'anonymous' }), address }).session.start()
  const answers = Array.from({ length: 100 }, (_, n) => startFrom(`2001:db8:7::${n.toString(16)}`))
  const started = (await Promise.allSettled(answers)).filter(({ status }) => status === 'fulfilled')
  expect(started).toHaveLength(60)
  expect(await refusal(startFrom('2001:db8:7::ffff:1'))).toMatchObject({ reason: 'rate_limited' })
  await expect(startFrom('2001:db8:8::1')).resolves.toBeDefined()
  await expect(startFrom('203.0.113.9')).resolves.toBeDefined()
  api.close()
})

test('after a rotation both secrets are good, and a removed one is not', async () => {
  const secrets = ['the newest secret, long enough by far', IDENTITY_SECRET]
  const { db, hub } = f
  const rules = {
    audience: AUDIENCE,
    sessionSecret: SESSION_SECRET,
    replyEmailDelayMs: 1,
    onError: () => {},
    limits: { startSession: { points: 1_000_000, windowSeconds: 60 } },
  }
  const rotating = await createApi({ db, hub, identitySecrets: secrets, ...rules })
  const rotated = await createApi({ db, hub, identitySecrets: secrets.slice(0, 1), ...rules })
  const at = (api: typeof rotated, identity: string) =>
    api.router.createCaller(httpContext({ type: 'anonymous' })).session.start({ identity })
  const sub = uuidv7()
  const [older, newer] = [await sign({ sub }), await sign({ sub }, { secret: secrets[0] ?? '' })]
  expect((await at(rotating, older)).user.id).toBe((await at(rotating, newer)).user.id)
  expect(await refusal(at(rotated, older))).toMatchObject({ reason: 'identity_invalid' })
  await expect(at(rotated, newer)).resolves.toBeDefined()
  // With two secrets an expired token is still told apart from a forged one.
  const expired = await sign({ iat: now() - 900, exp: now() - 60 })
  expect(await refusal(at(rotating, expired))).toMatchObject({ reason: 'identity_expired' })
  rotating.close()
  rotated.close()
})
