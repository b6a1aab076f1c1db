import { expect, test } from 'vitest'
import { createStored } from './stored.ts'

const stored = (handedOver: string | null) => {
  const written: [string, string | null][] = []
  return { written, storage: createStored(handedOver, (key, value) => written.push([key, value])) }
}

test('what the page handed over can be read at once', () => {
  expect(stored('{"a":"1"}').storage.get('a')).toBe('1')
  expect(stored('{"a":"1"}').storage.get('b')).toBeNull()
})

test('every change is written through, once', () => {
  const { storage, written } = stored('{"a":"1"}')
  storage.set('a', '1')
  storage.set('b', '2')
  storage.remove('a')
  storage.remove('a')
  expect(written).toEqual([
    ['b', '2'],
    ['a', null],
  ])
  expect([storage.get('a'), storage.get('b')]).toEqual([null, '2'])
})

test.each([null, '', 'null', '7', '[1]', '{"a":7}', '{'])('%j hands over nothing', (handedOver) => {
  expect(stored(handedOver).storage.get('a')).toBeNull()
})

test('what another tab stored is read and told by key, not written back, and loses nothing of ours', () => {
  const { storage, written } = stored('{"a":"1","c":"3"}')
  const changed: string[] = []
  const stop = storage.onChange((key) => changed.push(key))
  storage.changed('b', '2')
  storage.changed('a', null)
  expect([storage.get('a'), storage.get('b'), storage.get('c'), written]).toEqual([null, '2', '3', []])
  expect(storage.keys('').sort()).toEqual(['b', 'c'])
  expect(changed).toEqual(['b', 'a'])
  stop()
  storage.changed('c', null)
  expect(changed).toHaveLength(2)
})
