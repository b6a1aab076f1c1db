import { expect, test } from 'vitest'
import { excerpt } from './excerpt.ts'

test.each([
  ['short', 'short'],
  ['  around  ', 'around'],
  ['exactly ten', 'exactly…'],
  ['just right', 'just right'],
  ['just right here', 'just right…'],
  ['unbreakable', 'unbreakabl…'],
  ['👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', `${'👨‍👩‍👧'.repeat(10)}…`],
  ['one\n\ntwo three four', 'one\n\ntwo…'],
  // Cut between words that no space parts, and not back to the only space there is.
  ['Hi 注文は明日の朝に届きます', 'Hi 注文は明日の朝…'],
])('%j of at most ten graphemes is %j', (text, expected) => {
  expect(excerpt(text, 10)).toBe(expected)
})

test('what is shown is bounded, also where one character is made of many', () => {
  expect(excerpt(`a${'\u{E0100}'.repeat(3_999)}`).length).toBeLessThan(3_000)
})
