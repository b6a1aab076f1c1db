import { CallFault } from '@acme/client'
import { expect, test } from 'vitest'
import { logInText } from './log-in-text.ts'

const refused = (code: CallFault['code'], details = {}) => new CallFault(code, String(code), details)

test('a wrong password does not tell which of the two is wrong', () => {
  expect(logInText(refused('UNAUTHORIZED'))).toBe('Email or password is wrong. Check both and try again.')
})

test.each([
  [400, 'in a second'],
  [29_200, 'in 30 seconds'],
  [60_000, 'in a minute'],
  [61_000, 'in 2 minutes'],
])('the limit says when to come back: %i ms', (retryAfterMs, when) => {
  expect(logInText(refused('TOO_MANY_REQUESTS', { retryAfterMs }))).toBe(
    `Too many attempts. Try again ${when}.`,
  )
})

test('no answer is about the connection, not about the password', () => {
  expect(logInText(new TypeError('Failed to fetch'))).toMatch(/can’t be reached/)
})

test('anything else is said as the server says it', () => {
  expect(logInText(refused('INTERNAL_SERVER_ERROR'))).toBe('INTERNAL_SERVER_ERROR')
})
