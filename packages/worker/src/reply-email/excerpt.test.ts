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
])('%j of at most ten graphemes is %j', (text, expected) => {
  expect(excerpt(text, 10)).toBe(expected)
})
