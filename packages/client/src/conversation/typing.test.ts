import { expect, test } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { Typing } from './typing.ts'

test('typing is told at once, again every three seconds, and its end by itself', async () => {
  const clock = new FakeClock()
  const told: boolean[] = []
  const typing = new Typing(clock, (now) => told.push(now))
  for (let key = 0; key < 40; key++) {
    typing.set(true)
    await clock.advance(100)
  }
  expect(told).toEqual([true, true])
  await clock.advance(5_000)
  expect(told).toEqual([true, true, false])
  typing.set(false)
  expect(told).toHaveLength(3)
})
