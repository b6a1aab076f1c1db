import { expect, test } from 'vitest'
import { relativeTime } from './relative-time.ts'

const now = new Date(2026, 5, 15, 14, 30)
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

test.each([
  ['just now', ago(0), 'now'],
  ['59 seconds', ago(59_000), 'now'],
  ['a clock that runs ahead', ago(-5 * MINUTE), 'now'],
  ['one minute', ago(MINUTE), '1m'],
  ['59 minutes', ago(59 * MINUTE), '59m'],
  ['one hour', ago(HOUR), '1h'],
  ['this morning', new Date(2026, 5, 15, 0, 5), '14h'],
  ['last night', new Date(2026, 5, 14, 23, 50), 'Yesterday'],
  ['the day before', new Date(2026, 5, 13, 23, 59), 'Jun 13'],
  ['another year', new Date(2024, 0, 29, 9, 0), 'Jan 29, 2024'],
])('%s', (_name, date, text) => {
  expect(relativeTime(date, now, 'en-US')).toBe(text)
})

test('minutes count over midnight', () => {
  expect(relativeTime(new Date(2026, 5, 14, 23, 50), new Date(2026, 5, 15, 0, 20), 'en-US')).toBe('30m')
})
