import type { SenderType, SupportMessage } from '@acme/api'
import { expect, test } from 'vitest'
import { type ItemsOptions, itemsOf, type MessageItem } from './message-items.ts'

const at = (minute: number, day = 29) => new Date(2026, 0, day, 10, minute)

function message(
  seq: number,
  senderType: SenderType,
  minute: number,
  name: string | null = null,
): SupportMessage {
  return {
    id: `m${seq}`,
    chatId: 'c',
    seq,
    content: `text ${seq}`,
    senderType,
    senderName: name,
    readAt: null,
    createdAt: at(minute),
  }
}
const pending = { id: 'p', content: 'later', writtenAt: at(9), state: 'failed', failure: null } as const
const user: ItemsOptions = {
  side: 'user',
  writerOf: ({ senderType, senderName }) => (senderType === 'user' ? 'Grace' : (senderName ?? 'Support')),
  me: 'Grace',
  firstUnreadSeq: null,
}
const agent: ItemsOptions = { ...user, side: 'admin', me: 'Ada' }

function shown(messages: SupportMessage[], options: ItemsOptions, seenUpTo = 0): MessageItem[] {
  return itemsOf({ messages, pending: [], seenUpTo }, options).flatMap(({ items }) => items)
}

test('one writer’s messages within minutes are a run', () => {
  const messages = [
    message(1, 'admin', 0, 'Ada'),
    message(2, 'admin', 1, 'Ada'),
    message(3, 'admin', 30, 'Ada'),
  ]
  expect(shown(messages, user).map(({ joined }) => joined)).toEqual([false, true, false])
})

test('another colleague begins a new run', () => {
  const messages = [message(1, 'admin', 0, 'Ada'), message(2, 'admin', 1)]
  expect(shown(messages, agent).map(({ writer, joined }) => [writer, joined])).toEqual([
    ['Ada', false],
    ['Support', false],
  ])
})

test('the sides of one name are two runs', () => {
  const messages = [message(1, 'admin', 0, 'Grace'), message(2, 'user', 1)]
  expect(shown(messages, user).map(({ side, joined }) => [side, joined])).toEqual([
    ['theirs', false],
    ['mine', false],
  ])
})

test('our own are seen up to where the other side has read', () => {
  const messages = [message(1, 'user', 0), message(2, 'admin', 1), message(3, 'user', 2)]
  expect(shown(messages, user, 2).map(({ state }) => state)).toEqual(['seen', undefined, 'sent'])
})

test('the last seen one of ours is marked once', () => {
  const messages = [
    message(1, 'admin', 1),
    message(2, 'admin', 2),
    message(3, 'user', 3),
    message(4, 'admin', 4),
  ]
  const marked = shown(messages, agent, 3).filter(({ isLastSeen }) => isLastSeen)
  expect(marked.map(({ id }) => id)).toEqual(['m2'])
})

test('what is on its way stands last and belongs to our run', () => {
  const days = itemsOf({ messages: [message(1, 'user', 8)], pending: [pending], seenUpTo: 0 }, user)
  expect(days.flatMap(({ items }) => items).map(({ id, state, joined }) => [id, state, joined])).toEqual([
    ['m1', 'sent', false],
    ['p', 'failed', true],
  ])
})

test('what waits since long joins no run of what was sent meanwhile', () => {
  const waiting = { ...pending, writtenAt: at(-120) }
  const days = itemsOf({ messages: [message(1, 'user', 8)], pending: [waiting], seenUpTo: 0 }, user)
  expect(days.flatMap(({ items }) => items).map(({ joined }) => joined)).toEqual([false, false])
})

test('where unread began a run is broken', () => {
  const messages = [message(1, 'admin', 0), message(2, 'admin', 1), message(3, 'admin', 2)]
  const items = shown(messages, { ...user, firstUnreadSeq: 2 })
  expect(items.map(({ isFirstUnread, joined }) => [isFirstUnread, joined])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ])
})

test('each day has its own items', () => {
  const messages = [message(1, 'user', 0), { ...message(2, 'user', 0), createdAt: at(0, 30) }]
  const days = itemsOf({ messages, pending: [], seenUpTo: 0 }, user)
  expect(days.map(({ key, items }) => [key, items.length])).toEqual([
    ['2026-01-29', 1],
    ['2026-01-30', 1],
  ])
})
