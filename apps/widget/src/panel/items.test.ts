import { expect, test } from 'vitest'
import { itemsOf } from './items.ts'

const at = (minute: number) => new Date(2026, 0, 29, 10, minute)
const message = (
  seq: number,
  senderType: 'user' | 'admin',
  minute: number,
  senderName: string | null = null,
) => ({
  id: `m${seq}`,
  chatId: 'c',
  seq,
  content: `text ${seq}`,
  senderType,
  senderName,
  readAt: null,
  createdAt: at(minute),
})
const pending = { id: 'p', content: 'later', writtenAt: at(9), state: 'failed', failure: null } as const

test('one writer’s messages within minutes are a run with one name', () => {
  const messages = [
    message(1, 'admin', 0, 'Ada'),
    message(2, 'admin', 1, 'Ada'),
    message(3, 'admin', 30, 'Ada'),
  ]
  const items = itemsOf({ messages, pending: [], seenUpTo: 0 }, 'Support')
  expect(items.map((item) => [item.label, item.joined])).toEqual([
    ['Ada', false],
    [undefined, true],
    ['Ada', false],
  ])
})

test('another colleague begins a new run, one without a name is called support', () => {
  const messages = [message(1, 'admin', 0, 'Ada'), message(2, 'admin', 1)]
  const items = itemsOf({ messages, pending: [], seenUpTo: 0 }, 'Support')
  expect(items.map((item) => item.label)).toEqual(['Ada', 'Support'])
})

test('our own are seen up to where the other side has read', () => {
  const messages = [message(1, 'user', 0), message(2, 'admin', 1), message(3, 'user', 2)]
  const items = itemsOf({ messages, pending: [], seenUpTo: 2 }, 'Support')
  expect(items.map((item) => item.state)).toEqual(['seen', undefined, 'sent'])
})

test('what is on its way stands last', () => {
  const items = itemsOf({ messages: [message(1, 'user', 8)], pending: [pending], seenUpTo: 0 }, 'Support')
  expect(items.map((item) => [item.id, item.state, item.joined])).toEqual([
    ['m1', 'sent', false],
    ['p', 'failed', true],
  ])
})
