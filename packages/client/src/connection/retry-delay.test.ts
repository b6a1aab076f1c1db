import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reconnectDelay, resubscribeDelay } from './retry-delay.ts'

const HOUR = 3_600_000
const SHORTEST = { random: () => 0 }
const LONGEST = { random: () => 1 - Number.EPSILON }

const absence = fc.record({
  failures: fc.integer({ min: 1, max: 10_000 }),
  awayMs: fc.double({ min: 0, max: 1_000 * HOUR, noNaN: true }),
  isRestart: fc.boolean(),
  isNew: fc.boolean(),
})

describe('the wait for the next connection', () => {
  test('is short for a client that is new, once', () => {
    const given = { failures: 1, awayMs: 0, isRestart: false, isNew: true }
    expect(reconnectDelay(given, LONGEST)).toBeCloseTo(500, 5)
    expect(reconnectDelay({ ...given, failures: 2 }, LONGEST)).toBeCloseTo(4_000, 5)
  })

  test('is never more than 6 s, or a tenth of the absence, or half a minute', () => {
    fc.assert(
      fc.property(absence, (given) => {
        const most = Math.min(30_000, Math.max(6_000, given.awayMs / 10))
        expect(reconnectDelay(given, LONGEST)).toBeLessThanOrEqual(most)
        expect(reconnectDelay(given, SHORTEST)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('is spread evenly between its least and its most', () => {
    fc.assert(
      fc.property(absence, fc.double({ min: 0, max: 1, noNaN: true }), (given, chance) => {
        const [least, most] = [reconnectDelay(given, SHORTEST), reconnectDelay(given, LONGEST)]
        const wait = reconnectDelay(given, { random: () => chance })
        expect(wait).toBeCloseTo(least + chance * (most - least), 5)
        expect(most - least).toBeGreaterThanOrEqual(most / 2 - 1e-6)
      }),
    )
  })

  test('is not shortened by a further failure or by a longer absence', () => {
    fc.assert(
      fc.property(absence, fc.nat(10), fc.nat(HOUR), (given, failures, awayMs) => {
        const later = { ...given, failures: given.failures + failures, awayMs: given.awayMs + awayMs }
        for (const chance of [SHORTEST, LONGEST]) {
          expect(reconnectDelay(later, chance)).toBeGreaterThanOrEqual(reconnectDelay(given, chance))
        }
      }),
    )
  })

  test.each([
    [1, 0, false, 0, 2_000],
    [2, 1_000, false, 0, 4_000],
    [3, 3_000, false, 0, 6_000],
    [4, 6_000, false, 3_000, 6_000],
    [20, 60_000, false, 3_000, 6_000],
    [30, 100_000, false, 5_000, 10_000],
    [500, HOUR, false, 15_000, 30_000],
    [1, 0, true, 0, 4_000],
    [2, 3_000, true, 0, 6_000],
  ])(
    'after %i failures in %i ms (restart: %s) is between %i and %i ms',
    (failures, awayMs, isRestart, least, most) => {
      const given = { failures, awayMs, isRestart, isNew: false }
      expect(reconnectDelay(given, SHORTEST)).toBe(least)
      expect(reconnectDelay(given, LONGEST)).toBeCloseTo(most, 5)
    },
  )
})

test('a subscription is begun again after the time that the server asked for, spread out', () => {
  const asked = [0, 1_000, 20_000].map((ms) => [
    resubscribeDelay(1, ms, SHORTEST),
    Math.round(resubscribeDelay(1, ms, LONGEST)),
  ])
  expect(asked).toEqual([
    [100, 1_100],
    [1_000, 2_000],
    [20_000, 21_000],
  ])
  expect(Math.round(resubscribeDelay(50, 0, LONGEST))).toBe(15_100)
})
