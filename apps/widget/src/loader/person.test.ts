import { expect, test } from 'vitest'
import { createKept } from './kept.ts'
import { createPageStorage } from './page-storage.ts'
import { createPerson, handOver, isTheirs, keepSession, storeFor, vouchFor } from './person.ts'

// Node has no localStorage: these also show that the loader works where storage is blocked.

const jwtOf = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.signature`
const origin = 'https://support.example'

function storedFor(owner: string) {
  const storage = createPageStorage()
  const kept = createKept(storage, origin, 'user')
  kept.keepSession({ owner, token: 'token' })
  kept.store(owner, 'draft', 'hello')
  const tabOf = (sub: string) => createPerson(storage, origin, jwtOf(sub))
  return { storage, kept, tabOf }
}

function visitors() {
  const storage = createPageStorage()
  const kept = createKept(storage, origin, 'visitor')
  return { kept, tab: () => createPerson(storage, origin, undefined) }
}

test('the same user finds session and drafts again', async () => {
  const { tabOf } = storedFor('grace')
  const person = tabOf('grace')
  expect(await person.verified).toBe(true)
  expect(handOver(person)).toEqual({ token: 'token', stored: '{"draft":"hello"}' })
})

test('another user finds nothing of the one before', async () => {
  const { kept, tabOf } = storedFor('grace')
  const person = tabOf('linus')
  expect(await person.verified).toBe(true)
  expect(handOver(person)).toEqual({ token: null, stored: '{}' })
  expect([kept.session(), kept.stored('grace')]).toEqual([{ owner: 'linus', token: null }, '{}'])
})

test.each(['', '<!doctype html><title>500</title>'])(
  'while the page cannot say who it is, what is stored is neither used nor lost: %j',
  async (answer) => {
    const { storage, kept } = storedFor('grace')
    const person = createPerson(storage, origin, async () => answer)
    expect(await person.verified).toBe(false)
    expect(await vouchFor(person)).toEqual({ jwt: null })
    expect(handOver(person)).toEqual({ token: null, stored: null })
    expect(kept.session()).toEqual({ owner: 'grace', token: 'token' })
  },
)

test('an identity whose subject has half a character starts no session, and the panel hears so', async () => {
  const person = createPerson(createPageStorage(), origin, `e30.${btoa('{"sub":"half \\ud83d"}')}.signature`)
  storeFor(person, 'draft', 'hello')
  expect(await vouchFor(person)).toEqual({ jwt: null })
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
  expect([asked, person.kept.session().owner]).toEqual([1, 'grace'])
})

test('when the page names somebody else meanwhile, the old frame gets no token', async () => {
  const { storage } = storedFor('grace')
  let sub = 'grace'
  const person = createPerson(storage, origin, () => jwtOf(sub))
  await person.verified
  await vouchFor(person)
  sub = 'linus'
  expect(await vouchFor(person)).toBe('somebodyElse')
})

test('a user whose storage only names the one before is let in at once', async () => {
  const { kept, tabOf } = storedFor('grace')
  kept.store('grace', 'draft', null)
  kept.keepSession({ owner: 'grace', token: null })
  const person = tabOf('linus')
  expect(await vouchFor(person)).toEqual({ jwt: jwtOf('linus') })
  expect(kept.session().owner).toBe('linus')
})

test('a person who was thrown away while the page looked for an identity does not take the storage back', async () => {
  const { storage, kept, tabOf } = storedFor('grace')
  const slow = Promise.withResolvers<string>()
  const grace = createPerson(storage, origin, () => slow.promise)
  const frame = vouchFor(grace)
  grace.dropped = true
  const linus = tabOf('linus')
  await linus.verified
  slow.resolve(jwtOf('grace'))
  expect(await grace.verified).toBe(false)
  expect(await frame).toEqual({ jwt: null })
  expect(kept.session().owner).toBe('linus')
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

test('P13 what is stored before the page could say who it is becomes theirs, and nobody else’s', async () => {
  const { storage, kept } = storedFor('grace')
  let answer = ''
  const person = createPerson(storage, origin, () => answer)
  await person.verified
  storeFor(person, 'acme.unsent.1', 'from Linus')
  expect(kept.stored('grace')).toBe('{"draft":"hello"}')
  answer = jwtOf('linus')
  expect(await vouchFor(person)).toBe('somebodyElse')
  const known = createPerson(storage, origin, () => answer)
  await known.verified
  expect(handOver(known)).toEqual({ token: null, stored: '{"acme.unsent.1":"from Linus"}' })
})

test('P9 after another tab went to another user, a session that is answered late is not kept', async () => {
  const { kept, tabOf } = storedFor('grace')
  const grace = tabOf('grace')
  await grace.verified
  await vouchFor(grace)
  const linus = tabOf('linus')
  await linus.verified
  expect(isTheirs(grace)).toBe(false)
  expect(keepSession(grace, 'token of Grace')).toBe(false)
  expect(kept.session()).toEqual({ owner: 'linus', token: null })
  expect(keepSession(linus, 'token of Linus')).toBe(true)
  expect(keepSession(grace, null)).toBe(false)
  storeFor(grace, 'draft', 'by Grace')
  expect(await vouchFor(grace)).toBe('taken')
  expect(handOver(linus)).toEqual({ token: 'token of Linus', stored: '{}' })
  expect(kept.stored('grace')).toBe('{}')
})

test('P9 after another tab logged out, neither session nor drafts come back', async () => {
  const { kept, tabOf } = storedFor('grace')
  const grace = tabOf('grace')
  await grace.verified
  kept.wipe()
  storeFor(grace, 'draft', 'late')
  expect(keepSession(grace, 'late')).toBe(false)
  expect([kept.session().token, kept.isEmpty()]).toEqual([null, true])
})

test('two tabs of one user that renew the session keep the first, and forget only their own', async () => {
  const { kept, tabOf } = storedFor('grace')
  const [one, other] = [tabOf('grace'), tabOf('grace')]
  await Promise.all([one.verified, other.verified])
  for (const tab of [one, other]) keepSession(tab, null)
  expect(keepSession(one, 'one')).toBe(true)
  expect(keepSession(other, 'other')).toBe(true)
  expect(keepSession(other, null)).toBe(true)
  expect(kept.session()).toEqual({ owner: 'grace', token: 'one' })
})

test('of two tabs of a new visitor the first to get a session keeps it, and the other one’s is refused', () => {
  const { kept, tab } = visitors()
  const [one, other] = [tab(), tab()]
  expect(keepSession(one, 'one')).toBe(true)
  storeFor(other, 'acme.unsent.1', 'written meanwhile')
  expect(keepSession(other, 'other')).toBe(false)
  expect(handOver(tab())).toEqual({ token: 'one', stored: '{"acme.unsent.1":"written meanwhile"}' })
  expect(kept.session().token).toBe('one')
})

test('P9 the tab of a visitor who logged out elsewhere does not touch what the next visitor has', () => {
  const { kept, tab } = visitors()
  const first = tab()
  keepSession(first, 'first')
  const stale = tab()
  kept.wipe()
  const next = tab()
  keepSession(next, 'next')
  expect(keepSession(stale, null)).toBe(false)
  storeFor(stale, 'draft', 'of the first')
  expect(handOver(next)).toEqual({ token: 'next', stored: '{}' })
})
