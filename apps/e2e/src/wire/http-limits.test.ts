import { freePort } from '@acme/local'
import { type FreshDatabase, freshDatabase } from '@acme/local/testing'
import { type RunningServer, readSettings, startServer } from '@acme/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbers } from '../testing/follower.ts'
import { connectTo, statusOn } from '../testing/frames.ts'
import { IDENTITY_SECRET } from '../testing/stack.ts'
import { overHttp } from '../testing/wire.ts'

let database: FreshDatabase
let server: RunningServer
let url: string
beforeAll(async () => {
  database = await freshDatabase()
  const port = await freePort()
  url = `http://localhost:${port}`
  const read = readSettings({ PORT: String(port), LOG_LEVEL: 'fatal', TRUST_PROXY: 'loopback' })
  if (!read.ok) throw new Error(read.faults.join())
  server = await startServer({
    settings: {
      ...read.settings,
      databaseUrl: database.url,
      smtpUrl: 'smtp://127.0.0.1:1',
      identitySecrets: [IDENTITY_SECRET],
      sessionSecret: 'session secret of the tests, long enough',
    },
    httpLimits: { perSession: 20, perAddress: 100 },
    pages: async () => {},
  })
})
afterAll(async () => {
  await server?.stop()
  await database?.[Symbol.asyncDispose]()
})

const visitor = async () => (await overHttp(url).session.start.mutate()).token

/** A read of this session that comes through the proxy from this address. */
const read = (token: string, address: string) =>
  fetch(`${url}/trpc/chat.unread`, {
    headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address },
  })

/** How often each HTTP status came. */
async function statuses(answers: Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test('P11 reads over HTTP are limited per session, whatever address they come from, and nobody else notices', async () => {
  const [token, other] = [await visitor(), await visitor()]
  const answers = numbers(50).map((n) => read(token, `2001:db8:${n}::1`))
  expect(await statuses(answers)).toEqual({ 200: 20, 429: 30 })
  expect((await read(other, '203.0.113.1')).status).toBe(200)
})

test('P11 they are limited per address too, so that made-up sessions bring no further calls; IPv6 by its /64', async () => {
  const answers = numbers(150).map((n) => read(`made-up-${n}`, `2001:db8:ffff:1::${n}`))
  expect(await statuses(answers)).toEqual({ 401: 100, 429: 50 })
  const token = await visitor()
  expect((await read(token, '2001:db8:ffff:1::abcd')).status).toBe(429)
  expect((await read(token, '2001:db8:ffff:2::abcd')).status).toBe(200)
  expect(
    (await fetch(`${url}/healthz`, { headers: { 'x-forwarded-for': '2001:db8:ffff:1::1' } })).status,
  ).toBe(200)
})

test('P11 made-up sessions, however many, do not make the server forget what a real one has used up', async () => {
  const token = await visitor()
  expect(await statuses(numbers(21).map(() => read(token, '203.0.113.3')))).toEqual({ 200: 20, 429: 1 })
  // More than the limiter keeps by default, from more addresses than one that is limited.
  for (const address of numbers(60)) {
    const answers = numbers(90).map((n) => read(`made-up-${address}-${n}`, `198.51.100.${address}`))
    expect(await statuses(answers)).toEqual({ 401: 90 })
  }
  expect((await read(token, '203.0.113.3')).status).toBe(429)
})

test('P11 who has used up their calls is refused before anything of the body is read', async () => {
  const token = await visitor()
  await Promise.all(numbers(21).map(() => read(token, '203.0.113.4')))
  const peer = await connectTo(Number(new URL(url).port))
  const status = statusOn(peer)
  peer.write(
    `POST /trpc/chat.send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`,
  )
  expect(await status).toBe(429)
  peer.destroy()
})

test('the answer says when to come back, as every refusal does', async () => {
  const token = await visitor()
  await Promise.all(numbers(20).map(() => read(token, '203.0.113.2')))
  const answer = await read(token, '203.0.113.2')
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await answer.json()).toEqual({
    error: {
      json: {
        message: 'Too many requests. Wait a moment and try again.',
        code: -32029,
        data: {
          code: 'TOO_MANY_REQUESTS',
          httpStatus: 429,
          path: 'chat.unread',
          reason: 'rate_limited',
          retryAfterMs: expect.any(Number),
        },
      },
    },
  })
})
