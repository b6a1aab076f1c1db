import { expect, test } from 'vitest'
import { isBlank } from './is-blank.ts'

test.each(['', ' ', '\n\t ', '\u200B\u200D', '\u00A0\u3000', '\u202E', '\u0007'])('%j is blank', (text) => {
  expect(isBlank(text)).toBe(true)
})

test.each(['a', ' . ', '👩‍🚀', '\u200Bא', '0'])('%j is not blank', (text) => {
  expect(isBlank(text)).toBe(false)
})
