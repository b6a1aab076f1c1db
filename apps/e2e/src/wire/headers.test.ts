import superjson from 'superjson'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, type Stack, startStack } from '../testing/stack.ts'

const SITE = 'https://shop.example'

let stack: Stack
let secure: Stack
beforeAll(async () => {
  const env = { ALLOWED_ORIGINS: SITE }
  stack = await startStack({ env })
  secure = await startStack({ env: { ...env, PUBLIC_URL: 'https://support.example' } })
})
afterAll(async () => {
  await Promise.all([stack, secure].map((each) => each?.[Symbol.asyncDispose]()))
})

const at = ({ servers: [server] }: Stack, path: string, init?: RequestInit) =>
  fetch(`${server?.url}${path}`, init)
const PATHS = ['/widget.js', '/widget/', '/admin/', '/healthz', '/trpc/chat.get', '/nothing']

test.each(PATHS)('%s: not sniffed, no referrer, an agent cluster and an opener of its own', async (path) => {
  const { headers } = await at(stack, path)
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'origin-agent-cluster': '?1',
  })
  expect(headers.get('strict-transport-security')).toBeNull()
})

test('over https browsers are told to stay there, on this host alone', async () => {
  for (const path of PATHS) {
    const { headers } = await at(secure, path)
    expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000')
  }
})

test('the panel may be framed by the sites that embed it, and the inbox by nobody', async () => {
  const [panel, inbox] = [(await at(stack, '/widget/')).headers, (await at(stack, '/admin/')).headers]
  expect(panel.get('content-security-policy')).toBe(
    `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self' ${SITE}`,
  )
  expect(panel.get('x-frame-options')).toBeNull()
  expect(panel.get('cross-origin-resource-policy')).toBeNull()
  expect(inbox.get('content-security-policy')).toBe(
    `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  )
  expect(inbox.get('x-frame-options')).toBe('SAMEORIGIN')
  expect(inbox.get('cross-origin-resource-policy')).toBe('same-origin')
})

test('the loader may be fetched by every page, and what the contract answers by none as a resource', async () => {
  const policy = async (path: string) => (await at(stack, path)).headers.get('cross-origin-resource-policy')
  expect(await policy('/widget.js')).toBe('cross-origin')
  expect(await policy('/trpc/chat.get')).toBe('same-origin')
})

test('the cookies of an admin are bound to the host and count among other cookies', async () => {
  const logIn = (of: Stack) =>
    at(of, '/trpc/admin.session.logIn', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(superjson.serialize(ADMIN)),
    })
  const attributes = async (of: Stack) => {
    const cookies = (await logIn(of)).headers.getSetCookie()
    return cookies.map((cookie) =>
      cookie
        .replace(/=[\w.-]{43,120};/, '=TOKEN;')
        .split('; ')
        .toSorted(),
    )
  }
  expect(await attributes(stack)).toEqual(
    [
      ['acme_admin=TOKEN', 'HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict'],
      ['acme_device=TOKEN', 'HttpOnly', 'Max-Age=15552000', 'Path=/', 'SameSite=Strict'],
    ].map((each) => each.toSorted()),
  )
  expect(await attributes(secure)).toEqual(
    [
      ['__Host-acme_admin=TOKEN', 'HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict', 'Secure'],
      ['__Host-acme_device=TOKEN', 'HttpOnly', 'Max-Age=15552000', 'Path=/', 'SameSite=Strict', 'Secure'],
    ].map((each) => each.toSorted()),
  )

  const [cookie = ''] = ((await logIn(stack)).headers.get('set-cookie') ?? '').split(';')
  const get = async (header: string) =>
    (await at(stack, '/trpc/admin.session.get', { headers: { cookie: header } })).status
  expect(await get(cookie)).toBe(200)
  expect(await get(`theme="dark; mode"; a=%E0%A4%A; ${cookie}; acme_admin2=x; =; ;`)).toBe(200)
  for (const wrong of [
    '',
    'acme_admin=',
    `x${cookie}`,
    `${cookie}x`,
    cookie.slice(0, -1),
    'acme_admin=%00',
  ]) {
    expect(await get(wrong), wrong.slice(0, 14)).toBe(401)
  }
})
