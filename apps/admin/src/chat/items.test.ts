import type { SupportMessage } from '@acme/api'
import { expect, test } from 'vitest'
import { itemsOf } from './items.ts'

const names = { user: 'Grace', me: 'Ada', support: 'Support' }
const start = new Date(2026, 0, 29, 10, 0).getTime()

function message(seq: number, senderName: string | null, minute = seq): SupportMessage {
  return {
    id: `m${seq}`,
    chatId: 'c',
    seq,
    content: `number ${seq}`,
    senderType: senderName === 'Grace' ? 'user' : 'admin',
    senderName,
    readAt: null,
    createdAt: new Date(start + minute * 60_000),
  }
}
const none = { pending: [], seenUpTo: 0 }

test('users stand on the other side, agents on ours, each run under its name', () => {
  const messages = [message(1, 'Grace'), message(2, 'Grace'), message(3, 'Ada'), message(4, 'Ben')]
  expect(itemsOf({ ...none, messages }, names).map(({ side, label }) => [side, label])).toEqual([
    ['theirs', 'Grace'],
    ['theirs', undefined],
    ['mine', 'Ada'],
    ['mine', 'Ben'],
  ])
})

test('a run ends after a pause', () => {
  const messages = [message(1, 'Grace', 0), message(2, 'Grace', 6)]
  expect(itemsOf({ ...none, messages }, names).map(({ joined }) => joined)).toEqual([false, false])
})

test('an agent without a name is called Support', () => {
  expect(itemsOf({ ...none, messages: [message(1, null)] }, names)[0]?.label).toBe('Support')
})

test('"Seen" stands once, under the last message of ours that the user has read', () => {
  const messages = [message(1, 'Ada'), message(2, 'Ada'), message(3, 'Grace'), message(4, 'Ada')]
  const items = itemsOf({ pending: [], messages, seenUpTo: 3 }, names)
  expect(items.filter(({ lastSeen }) => lastSeen).map(({ id }) => id)).toEqual(['m2'])
  expect(items.map(({ state }) => state)).toEqual(['seen', 'seen', undefined, 'sent'])
})

test('what is on its way comes last and belongs to our run', () => {
  const pending = [
    {
      id: 'p',
      content: 'soon',
      writtenAt: new Date(start + 2 * 60_000),
      state: 'waiting' as const,
      failure: null,
    },
  ]
  const items = itemsOf({ messages: [message(1, 'Ada')], pending, seenUpTo: 0 }, names)
  expect(items.at(-1)).toMatchObject({ id: 'p', state: 'waiting', joined: true, label: undefined })
})
