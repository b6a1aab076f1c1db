import { describe, expect, test } from 'vitest'
import { memoryStorage } from './browser.ts'
import { Outbox } from './outbox.ts'

const DAY_MS = 86_400_000
const now = new Date('2026-11-24T12:00:00Z')
const failure = { message: 'no', retryable: true }

describe('Outbox', () => {
  test('P13 what was written is there after a reload, in order, waiting', () => {
    const storage = memoryStorage()
    const before = open(storage)
    before.add('1', 'first', now)
    before.add('2', 'second', now)
    before.sending('1')
    expect(contents(open(storage))).toEqual(['first waiting', 'second waiting'])
  })

  test('P13 a failed message is still failed after a reload, and waits when it is tried again', () => {
    const storage = memoryStorage()
    const before = open(storage)
    before.add('1', 'first', now)
    before.fail('1', failure)
    const after = open(storage)
    expect(contents(after)).toEqual(['first failed'])
    after.wait('1')
    expect(contents(open(storage))).toEqual(['first waiting'])
  })

  test('P3 a confirmed message is kept until it is shown, so that it is never out of sight', () => {
    const storage = memoryStorage()
    const outbox = open(storage)
    outbox.add('1', 'first', now)
    outbox.confirm('1')
    expect(outbox.next()).toBe(null)
    expect(contents(outbox)).toEqual(['first sending'])
    expect(contents(open(storage))).toEqual(['first waiting'])
    outbox.shown('1')
    expect(contents(outbox)).toEqual([])
    expect(contents(open(storage))).toEqual([])
  })

  test('P13 two tabs do not lose each other’s messages', () => {
    const storage = memoryStorage()
    const [one, other] = [open(storage), open(storage)]
    one.add('1', 'from one', now)
    other.add('2', 'from the other', now)
    one.shown('1')
    expect(contents(open(storage))).toEqual(['from the other waiting'])
  })

  test('what one tab discards no other tab sends', () => {
    const storage = memoryStorage()
    const one = open(storage)
    one.add('1', 'never mind', now)
    const other = open(storage)
    expect(one.discard('1')).toBe(true)
    expect(other.dropDiscarded()).toBe(true)
    expect(contents(other)).toEqual([])
    expect(contents(open(storage))).toEqual([])
    open(storage, now.getTime() + DAY_MS + 1)
    expect(storage.get('outbox')).toBe(null)
  })

  test('a message on its way cannot be discarded', () => {
    const outbox = open(memoryStorage())
    outbox.add('1', 'gone', now)
    outbox.sending('1')
    expect(outbox.discard('1')).toBe(false)
  })

  test('what was written before the chat was known moves to it', () => {
    const storage = memoryStorage()
    const outbox = new Outbox()
    outbox.attach(storage, 'unsent', 0)
    outbox.add('1', 'early', now)
    outbox.attach(storage, 'outbox', 0)
    expect(storage.get('unsent')).toBe(null)
    expect(contents(open(storage))).toEqual(['early waiting'])
  })

  test.each([
    '',
    '{',
    '{"a":1}',
    '[1,null,{"id":2}]',
    '[{"id":"1","content":"x","writtenAt":1,"failure":3}]',
  ])('nonsense in storage is no message: %s', (kept) => {
    const storage = memoryStorage()
    storage.set('outbox', kept)
    expect(contents(open(storage))).toEqual([])
  })
})

function open(storage: ReturnType<typeof memoryStorage>, at = now.getTime()): Outbox {
  const outbox = new Outbox()
  outbox.attach(storage, 'outbox', at)
  return outbox
}

function contents(outbox: Outbox): string[] {
  return outbox.entries.map(({ content, state }) => `${content} ${state}`)
}
