import superjson from 'superjson'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, type Stack, startStack } from '../testing/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ env: { TRUST_PROXY: 'loopback' } })
})
afterAll(() => stack?.[Symbol.asyncDispose]())

/** A log-in as it comes through the proxy from this address: what became of it. */
async function logIn(password: string, address: string): Promise<string> {
  const answer = await fetch(`${stack.url}/trpc/admin.session.logIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify(superjson.serialize({ email: ADMIN.email, password })),
  })
  const { error } = await answer.json()
  return error ? error.json.data.reason : 'logged in'
}

const PAGES = ['/healthz', '/widget.js', '/widget/', '/admin/']
/**
 * As many passwords are checked at most before a page that is asked for meanwhile is there: a few when they leave it
 * threads to read with, all hundred when they don't.
 */
const MAX_CHECKED = 40

test('P11 a hundred log-ins at once hold up neither pages nor the agent who knows the password', async () => {
  const results: string[] = []
  const checked = () => results.filter((result) => result === 'log_in_wrong').length
  const first = Promise.withResolvers<void>()
  const burst = Array.from({ length: 100 }, async (_, n) => {
    results.push(await logIn('wrong', `198.51.100.${n}`))
    if (checked() > 0) first.resolve()
  })
  await first.promise
  const before = checked()
  const checkedUntil = Object.fromEntries(
    await Promise.all(
      PAGES.map(async (path) => {
        const answer = await fetch(`${stack.url}${path}`)
        await answer.arrayBuffer()
        expect(answer.status, path).toBe(200)
        return [path, checked() - before]
      }),
    ),
  )
  await expect.poll(() => logIn(ADMIN.password, '203.0.113.1'), { timeout: 60_000 }).toBe('logged in')
  await Promise.all(burst)
  for (const path of PAGES) expect(checkedUntil[path], path).toBeLessThanOrEqual(MAX_CHECKED)
  // What finds no place in the queue is refused at once.
  expect(new Set(results)).toEqual(new Set(['log_in_wrong', 'busy']))
})
