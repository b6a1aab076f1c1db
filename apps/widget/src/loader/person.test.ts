import { expect, test } from 'vitest'
import { createKept } from './kept.ts'
import { createPageStorage } from './page-storage.ts'
import { createPerson, vouchFor } from './person.ts'

// Node has no localStorage: these also show that the loader works where storage is blocked.

const jwtOf = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.signature`
const origin = 'https://support.example'

function storedFor(owner: string) {
  const storage = createPageStorage()
  const kept = createKept(storage, origin, 'user')
  kept.keepToken('token')
  kept.keepOwner(owner)
  kept.store('draft', 'hello')
  return { storage, kept }
}

test('the same user finds session and drafts again', async () => {
  const { storage, kept } = storedFor('grace')
  expect(await createPerson(storage, origin, jwtOf('grace')).verified).toBe(true)
  expect([kept.token(), kept.stored()]).toEqual(['token', '{"draft":"hello"}'])
})

test('another user finds nothing of the one before', async () => {
  const { storage, kept } = storedFor('grace')
  expect(await createPerson(storage, origin, async () => jwtOf('linus')).verified).toBe(true)
  expect([kept.token(), kept.stored(), kept.owner()]).toEqual([null, '{}', 'linus'])
})

test('while the page cannot say who it is, what is stored is neither used nor lost', async () => {
  const { storage, kept } = storedFor('grace')
  const person = createPerson(storage, origin, () => '')
  expect(await person.verified).toBe(false)
  expect(await vouchFor(person)).toEqual({ jwt: null })
  expect(kept.token()).toBe('token')
})

test('an error page in the place of an identity wipes nothing', async () => {
  const { storage, kept } = storedFor('grace')
  const person = createPerson(storage, origin, async () => '<!doctype html><title>500</title>')
  expect(await person.verified).toBe(false)
  expect(await vouchFor(person)).toEqual({ jwt: null })
  expect([kept.token(), kept.stored(), kept.owner()]).toEqual(['token', '{"draft":"hello"}', 'grace'])
})

test('a stranger’s identity is not fetched before it is needed', async () => {
  let asked = 0
  const person = createPerson(createPageStorage(), origin, () => {
    asked += 1
    return jwtOf('grace')
  })
  expect(await person.verified).toBe(true)
  expect(asked).toBe(0)
  expect(await vouchFor(person)).toEqual({ jwt: jwtOf('grace') })
  expect([asked, person.kept.owner()]).toEqual([1, 'grace'])
})

test('when the page names somebody else meanwhile, the old frame gets no token', async () => {
  const { storage } = storedFor('grace')
  const person = createPerson(storage, origin, jwtOf('grace'))
  await person.verified
  person.kept.keepOwner('linus')
  expect(await vouchFor(person)).toBe('somebodyElse')
})

test('a fresh token of the same user changes nothing, any other source might', async () => {
  const { identity } = createPerson(createPageStorage(), origin, jwtOf('grace'))
  expect(identity?.renew(`${jwtOf('grace')}2`)).toBe(true)
  expect(identity?.renew(jwtOf('linus'))).toBe(false)
  expect(identity?.renew(() => jwtOf('grace'))).toBe(false)
})

test('the token of the check serves the first session; who asks again gets a fresh one', async () => {
  const { storage } = storedFor('grace')
  let asked = 0
  const person = createPerson(storage, origin, () => {
    asked += 1
    return jwtOf('grace')
  })
  await person.verified
  await vouchFor(person)
  expect(asked).toBe(1)
  await vouchFor(person)
  expect(asked).toBe(2)
})
