import { expect, test } from 'vitest'
import { daysBetween } from './days-between.ts'

const at = (...parts: [number, number, number, number, number]) => new Date(...parts)

test('days are counted by the calendar, over month ends and clock changes', () => {
  expect(daysBetween(at(2024, 0, 31, 23, 59), at(2024, 1, 1, 0, 1))).toBe(1)
  expect(daysBetween(at(2024, 2, 30, 12, 0), at(2024, 3, 1, 0, 0))).toBe(2)
  expect(daysBetween(at(2024, 9, 26, 0, 0), at(2024, 9, 28, 0, 0))).toBe(2)
})
