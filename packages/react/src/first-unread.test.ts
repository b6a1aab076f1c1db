import type { SenderType, SupportMessage } from '@acme/api'
import { expect, test } from 'vitest'
import { firstUnreadSeq } from './first-unread.ts'

const written = (senders: SenderType[], from = 1): SupportMessage[] =>
  senders.map((senderType, index) => ({
    id: `m${from + index}`,
    chatId: 'c',
    seq: from + index,
    content: 'text',
    senderType,
    senderName: null,
    readAt: null,
    createdAt: new Date(0),
  }))

test('none, when nothing is unread', () => {
  expect(firstUnreadSeq(written(['user', 'admin', 'user']), 0, 'admin')).toBeNull()
})

test('our own messages do not count', () => {
  const messages = written(['user', 'admin', 'user', 'admin', 'user'])
  expect(firstUnreadSeq(messages, 2, 'admin')).toBe(3)
  expect(firstUnreadSeq(messages, 1, 'user')).toBe(4)
})

test('none in an empty chat', () => {
  expect(firstUnreadSeq([], 1, 'admin')).toBeNull()
})

test('the first one of this page, when more is unread than it holds', () => {
  expect(firstUnreadSeq(written(['user', 'user'], 11), 5, 'admin')).toBe(11)
})
