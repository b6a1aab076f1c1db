import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../platform/browser.ts'
import { Outbox } from './outbox.ts'
import { PendingList } from './pending-list.ts'

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
    // Long after it was written: the day counts from now on.
    const discardedAt = now.getTime() + 3 * DAY_MS
    expect(one.discard('1', discardedAt)).toBe(true)
    open(storage, discardedAt + 1)
    expect(other.dropDiscarded()).toBe(true)
    expect(contents(other)).toEqual([])
    expect(contents(open(storage))).toEqual([])
    open(storage, discardedAt + DAY_MS + 1)
    expect(storage.keys('')).toEqual([])
  })

  test('what another open tab wrote is shown, and sent here only when it is taken over', () => {
    const storage = memoryStorage()
    const [one, other] = [open(storage), open(storage)]
    one.add('2', 'second', now)
    expect(other.sync(nothingShown)).toBe(true)
    expect(other.sync(nothingShown)).toBe(false)
    expect(contents(other)).toEqual(['second waiting'])
    expect([other.next(), other.elsewhere()]).toEqual([null, ['2']])
    other.takeOver(['2'])
    expect([other.next()?.id, other.elsewhere()]).toEqual(['2', []])
  })

  test('what is left of a tab does not overtake an older message that may be of the same tab', () => {
    const storage = memoryStorage()
    const one = open(storage)
    one.add('2', 'second', now)
    const other = open(storage)
    one.add('1', 'first', now)
    other.sync(nothingShown)
    expect(other.next()).toBe(null)
    other.add('3', 'of this tab', now)
    expect(other.next()?.id).toBe('3')
    other.takeOver(other.elsewhere())
    expect(other.next()?.id).toBe('1')
  })

  test('a message that is in the log here already is taken out of storage, not shown again', () => {
    const storage = memoryStorage()
    const [one, other] = [open(storage), open(storage)]
    one.add('1', 'arrived', now)
    expect(other.sync((id) => id === '1')).toBe(false)
    expect([contents(other), storage.keys('')]).toEqual([[], []])
  })

  test('a message on its way cannot be discarded', () => {
    const outbox = open(memoryStorage())
    outbox.add('1', 'gone', now)
    outbox.sending('1')
    expect(outbox.discard('1', now.getTime())).toBe(false)
  })

  test('what was written before the chat was known moves to it', () => {
    const storage = memoryStorage()
    const outbox = new Outbox()
    outbox.attach(new PendingList(storage, 'unsent'), 0)
    outbox.add('1', 'early', now)
    outbox.attach(new PendingList(storage, 'outbox'), 0)
    expect(storage.keys('unsent')).toEqual([])
    expect(contents(open(storage))).toEqual(['early waiting'])
  })

  test('P13 what another tab writes before it knows the chat is taken in where the chat is known', () => {
    const storage = memoryStorage()
    const early = new Outbox()
    early.attach(new PendingList(storage, 'unsent'), 0)
    const outbox = new Outbox()
    outbox.attach(new PendingList(storage, 'unsent'), 0)
    outbox.attach(new PendingList(storage, 'outbox'), 0)
    early.add('1', 'early', now)
    expect(outbox.sync(nothingShown)).toBe(true)
    expect(contents(outbox)).toEqual(['early waiting'])
    outbox.shown('1')
    expect(storage.keys('')).toEqual([])
  })

  test('P13 a list kept by an earlier version, as one value, is still there, once', () => {
    const storage = memoryStorage()
    const [first, second] = ['1', '2'].map((id) => ({ id, content: id, writtenAt: 1, failure: null }))
    storage.set('outbox', JSON.stringify([first, { ...second, failure }]))
    expect(contents(open(storage))).toEqual(['1 waiting', '2 failed'])
    open(storage).shown('1')
    expect(contents(open(storage))).toEqual(['2 failed'])
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
    storage.set('outbox.1', kept)
    storage.set('outbox.2', '{"id":"1","content":"another id","writtenAt":1,"failure":null}')
    expect(contents(open(storage))).toEqual([])
  })
})

function open(storage: ReturnType<typeof memoryStorage>, at = now.getTime()): Outbox {
  const outbox = new Outbox()
  outbox.attach(new PendingList(storage, 'outbox'), at)
  return outbox
}

const nothingShown = () => false

function contents(outbox: Outbox): string[] {
  return outbox.entries.map(({ content, state }) => `${content} ${state}`)
}
