import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoSite } from './demo-site.ts'

const identitySecret = 'a secret that is long enough for tests'
const audience = 'http://127.0.0.1:3000'
let server: Server
let origin: string

beforeAll(async () => {
  server = createServer(demoSite({ audience, identitySecret }).handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  origin = `http://127.0.0.1:${address.port}`
})

afterAll(() => server.close())

test('the back end of the demo signs who Alice is, for the support server, for ten minutes', async () => {
  const response = await askFor('{"person":"alice"}')
  const { token } = (await response.json()) as { token: string }
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(identitySecret), {
    audience,
  })
  expect(protectedHeader.alg).toBe('HS256')
  expect(payload).toMatchObject({ sub: 'alice', email: 'alice@customer.example', name: 'Alice Archer' })
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600)
})

test.each(['{"person":"mallory"}', '{"person":"toString"}', '{}', 'null', 'no json', '"x"'.padEnd(5_000)])(
  'it signs for nobody else: %.20s',
  async (body) => {
    const response = await askFor(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'Send {"person": "…"} with one of: alice, bob.' })
  },
)

test('another site cannot ask for a token with a plain form', async () => {
  expect((await askFor('{"person":"alice"}', 'text/plain')).status).toBe(415)
})

test('the page shows who looks at it, a visitor at first', async () => {
  const pressed = async (query: string) => {
    const html = await (await fetch(`${origin}/${query}`)).text()
    return [...html.matchAll(/value="(\w+)" aria-pressed="true"/g)].map(([, viewer]) => viewer)
  }
  expect(await pressed('')).toEqual(['visitor'])
  expect(await pressed('?as=bob')).toEqual(['bob'])
  expect(await pressed('?as=%22%3E%3Cscript%3E')).toEqual(['visitor'])
})

test('the page embeds the widget, and everything it loads is there', async () => {
  const html = await (await fetch(`${origin}/?as=alice`)).text()
  expect(html).toContain('<script async src="/widget.js"></script>')
  expect(html).toContain(`&#60;script async src=&#34;${audience}/widget.js&#34;&#62;`)
  expect(html).toContain('data-as="alice"')
  for (const path of ['/demo/page.css', '/demo/sections.css', '/demo/page.js']) {
    expect(html).toContain(`"${path}"`)
    expect((await fetch(origin + path)).status).toBe(200)
  }
  expect((await fetch(`${origin}/demo/else`)).status).toBe(404)
})

function askFor(body: string, type = 'application/json'): Promise<Response> {
  return fetch(`${origin}/demo/identity`, { method: 'POST', headers: { 'content-type': type }, body })
}
