import { expect, test } from 'vitest'
import { inboxTitle } from './inbox-title.ts'

test.each([
  [0, null, 'Inbox'],
  [3, null, '(3) Inbox'],
  [99, null, '(99) Inbox'],
  [100, null, '(99+) Inbox'],
  [0, 'Grace Hopper', 'Inbox – Grace Hopper'],
  [2, 'Grace Hopper', '(2) Inbox – Grace Hopper'],
])('%i unread, %s open', (unread, chat, title) => {
  expect(inboxTitle(unread, chat)).toBe(title)
})
