import { expect, test } from 'vitest'
import { createKept } from './kept.ts'
import { createPerson, vouchFor } from './person.ts'

// Node has no localStorage: these also show that the loader works where storage is blocked.

const jwtOf = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.signature`
let sites = 0
const site = () => `https://${++sites}.example`

function storedFor(owner: string) {
  const origin = site()
  const kept = createKept(origin, 'user')
  kept.keepToken('token')
  kept.keepOwner(owner)
  kept.store('draft', 'hello')
  return { origin, kept }
}

test('the same user finds session and drafts again', async () => {
  const { origin, kept } = storedFor('grace')
  expect(await createPerson(origin, jwtOf('grace')).verified).toBe(true)
  expect([kept.token(), kept.outbox()]).toEqual(['token', '{"draft":"hello"}'])
})

test('another user finds nothing of the one before', async () => {
  const { origin, kept } = storedFor('grace')
  expect(await createPerson(origin, async () => jwtOf('linus')).verified).toBe(true)
  expect([kept.token(), kept.outbox(), kept.owner()]).toEqual([null, null, 'linus'])
})

test('while the page cannot say who it is, what is stored is neither used nor lost', async () => {
  const { origin, kept } = storedFor('grace')
  const person = createPerson(origin, () => '')
  expect(await person.verified).toBe(false)
  expect(await vouchFor(person)).toEqual({ jwt: null })
  expect(kept.token()).toBe('token')
})

test('an error page in the place of an identity wipes nothing', async () => {
  const { origin, kept } = storedFor('grace')
  const person = createPerson(origin, async () => '<!doctype html><title>500</title>')
  expect(await person.verified).toBe(false)
  expect(await vouchFor(person)).toEqual({ jwt: null })
  expect([kept.token(), kept.outbox(), kept.owner()]).toEqual(['token', '{"draft":"hello"}', 'grace'])
})

test('a stranger’s identity is not fetched before it is needed', async () => {
  let asked = 0
  const person = createPerson(site(), () => {
    asked += 1
    return jwtOf('grace')
  })
  expect(await person.verified).toBe(true)
  expect(asked).toBe(0)
  expect(await vouchFor(person)).toEqual({ jwt: jwtOf('grace') })
  expect([asked, person.kept.owner()]).toEqual([1, 'grace'])
})

test('when the page names somebody else meanwhile, the old frame gets no token', async () => {
  const { origin } = storedFor('grace')
  const person = createPerson(origin, jwtOf('grace'))
  await person.verified
  person.kept.keepOwner('linus')
  expect(await vouchFor(person)).toBe('somebodyElse')
})

test('a fresh token of the same user changes nothing, any other source might', async () => {
  const { identity } = createPerson(site(), jwtOf('grace'))
  expect(identity?.renew(`${jwtOf('grace')}2`)).toBe(true)
  expect(identity?.renew(jwtOf('linus'))).toBe(false)
  expect(identity?.renew(() => jwtOf('grace'))).toBe(false)
})

test('visitors and users are kept apart, and so are support servers', () => {
  const { origin } = storedFor('grace')
  expect(createKept(origin, 'visitor').token()).toBeNull()
  expect(createKept(site(), 'user').token()).toBeNull()
})

test('what is stored is bounded', () => {
  const kept = createKept(site(), 'visitor')
  kept.store('a', 'x'.repeat(300_000))
  kept.store('b', 'x'.repeat(300_000))
  expect(Object.keys(JSON.parse(kept.outbox() ?? '{}'))).toEqual(['a'])
  kept.store('a', null)
  expect(kept.outbox()).toBeNull()
})

test('the token of the check serves the first session; who asks again gets a fresh one', async () => {
  const { origin } = storedFor('grace')
  let asked = 0
  const person = createPerson(origin, () => {
    asked += 1
    return jwtOf('grace')
  })
  await person.verified
  await vouchFor(person)
  expect(asked).toBe(1)
  await vouchFor(person)
  expect(asked).toBe(2)
})
