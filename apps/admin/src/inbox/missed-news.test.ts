import { expect, test } from 'vitest'
import { card } from './card-of-test.ts'
import { missedNews } from './missed-news.ts'

test('news is what a user wrote meanwhile and nobody has read, in chats that were there and in new ones', () => {
  const before = [
    card('same', 5, { lastUserSeq: 3, unread: true }),
    card('further', 4, { lastUserSeq: 1, unread: false }),
    card('answered', 3, { lastUserSeq: 2, unread: false }),
  ]
  const now = [
    card('new', 9, { lastUserSeq: 1, unread: true }),
    card('further', 8, { lastUserSeq: 2, unread: true }),
    card('read elsewhere', 7, { lastUserSeq: 4, unread: false }),
    card('answered', 6, { lastUserSeq: 2, unread: false }),
    card('same', 5, { lastUserSeq: 3, unread: true }),
    card('from a page that was not loaded', 1, { lastUserSeq: 9, unread: true }),
  ]
  expect(missedNews(before, now).map(({ id }) => id)).toEqual(['new', 'further'])
})
