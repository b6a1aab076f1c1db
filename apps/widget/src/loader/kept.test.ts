import { expect, test } from 'vitest'
import { STORED_LIMIT } from '../bridge.ts'
import { createKept } from './kept.ts'
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
  visitor(storage).keepToken('token')
  expect(createKept(storage, origin, 'user').token()).toBeNull()
  expect(createKept(storage, 'https://other.example', 'visitor').token()).toBeNull()
  expect(visitor(storage).token()).toBe('token')
})

test('P13 what two tabs store in the same moment is both kept', () => {
  const storage = createPageStorage()
  const late = lateReader(storage)
  const [one, other] = [visitor(storage), visitor(late)]
  one.store('outbox.1', 'from one')
  other.store('outbox.2', 'from the other')
  expect(JSON.parse(visitor(storage).stored())).toEqual({
    'outbox.1': 'from one',
    'outbox.2': 'from the other',
  })
})

test('what is stored is bounded, however its text is escaped', () => {
  const kept = visitor()
  kept.store('a', '"'.repeat(150_000))
  kept.store('b', '"'.repeat(150_000))
  expect(Object.keys(JSON.parse(kept.stored()))).toEqual(['a'])
  kept.store('a', '"'.repeat(STORED_LIMIT / 2 - 20))
  expect(kept.stored().length).toBeLessThanOrEqual(STORED_LIMIT)
  expect(kept.stored().length).toBeGreaterThan(STORED_LIMIT - 50)
  kept.store('a', null)
  expect(kept.stored()).toBe('{}')
})

test('P13 what an earlier version stored, as one object, is still there', () => {
  const storage = createPageStorage()
  storage.write(`acme-chat:${origin}:visitor:outbox`, '{"draft":"hello","odd":7}')
  expect(visitor(storage).stored()).toBe('{"draft":"hello"}')
  visitor(storage).store('draft', null)
  expect(visitor(storage).stored()).toBe('{}')
})

test('of a change in storage it knows which is the panel’s', () => {
  const storage = createPageStorage()
  const kept = visitor(storage)
  kept.store('draft', 'hello')
  const [key] = storage.keys('')
  expect(kept.storedKey(key ?? '')).toBe('draft')
  expect(kept.storedKey('the page’s own')).toBeNull()
  expect(createKept(storage, origin, 'user').storedKey(key ?? '')).toBeNull()
})
