import type { SenderType, SupportMessage } from '@acme/api'
import { expect, test } from 'vitest'
import { lastSeenSeq } from './last-seen-seq.ts'

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

test('all of it, when nothing is unread', () => {
  expect(lastSeenSeq(written(['user', 'admin', 'user']), 0)).toBe(3)
})

test('not what waits below, unread', () => {
  expect(lastSeenSeq(written(['user', 'admin', 'user', 'admin', 'user']), 2)).toBe(2)
})

test('nothing of an empty chat', () => {
  expect(lastSeenSeq([], 0)).toBe(0)
})

test('nothing of this page, when more is unread than it holds', () => {
  expect(lastSeenSeq(written(['user', 'user'], 11), 5)).toBe(10)
})
