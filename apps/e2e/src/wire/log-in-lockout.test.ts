import superjson from 'superjson'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { numbers } from '../testing/follower.ts'
import { ADMIN, type Stack, startStack } from '../testing/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await startStack({ env: { TRUST_PROXY: 'loopback' } })
})
afterEach(() => stack[Symbol.asyncDispose]())

/** A log-in as it comes through the proxy from this address: what became of it, and the cookies it set. */
async function logIn(password: string, address: string, cookies: string[] = []) {
  const answer = await fetch(`${stack.url}/trpc/admin.session.logIn`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    },
    body: JSON.stringify(superjson.serialize({ email: ADMIN.email, password })),
  })
  const { error } = await answer.json()
  return {
    outcome: error ? error.json.data.reason : 'logged in',
    cookies: answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? ''),
  }
}

const IN_FLIGHT = 60

/** Guesses, 60 in flight, each from an address of its own, until disposed; `full` resolves when a guess was busy. */
function guess(addressOf: (n: number) => string) {
  let n = 0
  let ended = false
  const full = Promise.withResolvers<void>()
  const guesses = numbers(IN_FLIGHT).map(async () => {
    while (!ended) {
      const { outcome } = await logIn('wrong', addressOf(n++))
      if (outcome === 'busy') full.resolve()
    }
  })
  return {
    full: full.promise,
    async [Symbol.asyncDispose]() {
      ended = true
      await Promise.all(guesses)
    },
  }
}

test('P11 a guesser with a whole IPv6 /48 keeps no agent out', async () => {
  await using guesser = guess((n) => `2001:db8:77:${n.toString(16)}::1`)
  await guesser.full
  const outcomes: string[] = []
  for (const n of numbers(10)) outcomes.push((await logIn(ADMIN.password, `203.0.113.${n}`)).outcome)
  expect(outcomes).toEqual(numbers(10).map(() => 'logged in'))
})

test('P11 neither a botnet nor a neighbour keeps out an agent who has logged in from this browser before', async () => {
  const { cookies } = await logIn(ADMIN.password, '203.0.113.1')
  expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['acme_admin', 'acme_device'])
  const device = cookies.slice(1)
  for (const _ of numbers(50)) await logIn('wrong', '203.0.113.1')
  expect((await logIn(ADMIN.password, '203.0.113.1')).outcome).toBe('rate_limited')

  // A network of its own for each guess.
  await using botnet = guess((n) => `2001:db8:${n.toString(16)}::1`)
  await botnet.full
  const outcomes: string[] = []
  for (const _ of numbers(10)) outcomes.push((await logIn(ADMIN.password, '203.0.113.1', device)).outcome)
  expect(outcomes).toEqual(numbers(10).map(() => 'logged in'))
})
