import { expect, test } from 'vitest'
import { STORED_LIMIT } from '../bridge.ts'
import { createKept, parseSession } from './kept.ts'
import { createPageStorage, type PageStorage } from './page-storage.ts'

const origin = 'https://support.example'
const visitor = (storage = createPageStorage()) => createKept(storage, origin, 'visitor')

/** A tab whose reads are one write of the other tabs behind, as in another process. */
function lateReader(storage: PageStorage): PageStorage & { catchUp: () => void } {
  let seen = new Map<string, string | null>()
  const catchUp = () => {
    seen = new Map(storage.keys('').map((key) => [key, storage.read(key)]))
  }
  return {
    catchUp,
    read: (key) => seen.get(key) ?? null,
    keys: (prefix) => [...seen.keys()].filter((key) => key.startsWith(prefix)),
    write: (key, value) => storage.write(key, value),
  }
}

test('visitors and users are kept apart, and so are support servers', () => {
  const storage = createPageStorage()
  visitor(storage).keepSession({ owner: null, token: 'token' })
  const nobody = { owner: null, token: null }
  expect(createKept(storage, origin, 'user').session()).toEqual(nobody)
  expect(createKept(storage, 'https://other.example', 'visitor').session()).toEqual(nobody)
  expect(visitor(storage).session()).toEqual({ owner: null, token: 'token' })
})

test('P13 what two tabs store in the same moment is both kept', () => {
  const storage = createPageStorage()
  const late = lateReader(storage)
  const [one, other] = [visitor(storage), visitor(late)]
  one.store(null, 'outbox.1', 'from one')
  other.store(null, 'outbox.2', 'from the other')
  expect(JSON.parse(visitor(storage).stored(null))).toEqual({
    'outbox.1': 'from one',
    'outbox.2': 'from the other',
  })
})

test('what is stored is bounded, however its text is escaped', () => {
  const kept = visitor()
  kept.store(null, 'a', '"'.repeat(150_000))
  kept.store(null, 'b', '"'.repeat(150_000))
  expect(Object.keys(JSON.parse(kept.stored(null)))).toEqual(['a'])
  kept.store(null, 'a', '"'.repeat(STORED_LIMIT / 2 - 100))
  expect(kept.stored(null).length).toBeLessThanOrEqual(STORED_LIMIT)
  expect(kept.stored(null).length).toBeGreaterThan(STORED_LIMIT - 250)
  kept.store(null, 'a', null)
  expect(kept.stored(null)).toBe('{}')
})

test('P13 what an earlier version stored, as one object, is still there', () => {
  const storage = createPageStorage()
  storage.write(`acme-chat:${origin}:visitor:outbox`, '{"draft":"hello","odd":7}')
  expect(visitor(storage).stored(null)).toBe('{"draft":"hello"}')
  visitor(storage).store(null, 'draft', null)
  expect(visitor(storage).stored(null)).toBe('{}')
})

test('a visitor’s session of an earlier version goes on', () => {
  const storage = createPageStorage()
  storage.write(`acme-chat:${origin}:visitor:session`, 'token')
  expect(visitor(storage).session()).toEqual({ owner: null, token: 'token' })
  visitor(storage).wipe()
  expect([visitor(storage).session().token, storage.keys('')]).toEqual([null, []])
})

test('a user’s session and unsent messages of an earlier version are still theirs', () => {
  const storage = createPageStorage()
  const name = `acme-chat:${origin}:user`
  storage.write(`${name}:session`, 'token')
  storage.write(`${name}:owner`, 'grace@example.com')
  storage.write(`${name}:outbox`, '{"draft":"hello"}')
  const kept = createKept(storage, origin, 'user')
  expect(kept.session()).toEqual({ owner: 'grace@example.com', token: 'token' })
  expect(kept.stored('grace@example.com')).toBe('{"draft":"hello"}')
  kept.passTo('linus')
  expect([kept.stored('grace@example.com'), kept.isEmpty()]).toEqual(['{}', true])
})

test('P9 what the tab of the user before stores late is not read by the next one', () => {
  const storage = createPageStorage()
  const kept = createKept(storage, origin, 'user')
  kept.passTo('linus')
  kept.store('grace', 'acme.unsent.1', 'written by Grace')
  expect(kept.stored('linus')).toBe('{}')
  expect(kept.stored('linu')).toBe('{}')
})

test.each(['token', '7', 'null', '[]', '{"token":""}', '{"token":7,"owner":{}}'])(
  'nonsense in storage is no session: %s',
  (json) => expect(parseSession(json)).toEqual({ owner: null, token: null }),
)

test('of a change in storage it knows which is the panel’s', () => {
  const storage = createPageStorage()
  const kept = visitor(storage)
  kept.store(null, 'draft', 'hello')
  const [key] = storage.keys('')
  expect(kept.storedKey(null, key ?? '')).toBe('draft')
  expect(kept.storedKey(null, 'the page’s own')).toBeNull()
  expect(createKept(storage, origin, 'user').storedKey(null, key ?? '')).toBeNull()
})
