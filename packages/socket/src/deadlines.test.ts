import { expect, it } from 'vitest'
import { Deadlines, NEVER } from './deadlines.ts'
import { LIMITS } from './limits.ts'
import { TimerWheel } from './timer-wheel.ts'

/** Deadlines on a clock that the test moves, and what happened at which time. */
function deadlines({ authenticateBy = NEVER, isBehind = false } = {}) {
  let now = 0
  const happened: [number, string][] = []
  const wheel = new TimerWheel(() => now)
  const tell = (what: string) => happened.push([now, what])
  const owner = {
    authenticateBy,
    isBehind,
    onLate: tell,
    onSilence: () => tell('asked'),
    onGone: () => tell('gone'),
  }
  const limits = { ...LIMITS, pingMs: 1_000, pongMs: 500, drainMs: 3_000, closeMs: 200 }
  const entry = new Deadlines(owner, wheel, limits, now)
  entry.begin(now)
  return {
    entry,
    happened,
    until(end: number) {
      for (; now < end; now += 100) wheel.turn()
      wheel.turn()
    },
    now: () => now,
  }
}

it('asks after silence and gives up without an answer', () => {
  const { happened, until } = deadlines()
  until(1_500)
  expect(happened).toEqual([
    [1_000, 'asked'],
    [1_500, 'gone'],
  ])
})

it('gives a peer with much to read before the question as long as one that has not drained', () => {
  const { happened, until } = deadlines({ isBehind: true })
  until(4_000)
  expect(happened).toEqual([
    [1_000, 'asked'],
    [4_000, 'gone'],
  ])
})

it('asks again and again while there are answers', () => {
  const { entry, happened, until, now } = deadlines()
  until(900)
  entry.heard(now())
  until(1_900)
  entry.heard(now())
  until(2_900)
  expect(happened).toEqual([
    [1_900, 'asked'],
    [2_900, 'asked'],
  ])
})

it('does not take a peer for gone that has not drained, until it is too slow', () => {
  const { entry, happened, until, now } = deadlines()
  until(1_000)
  entry.stalled(now())
  until(4_000)
  expect(happened).toEqual([
    [1_000, 'asked'],
    [4_000, 'tooSlow'],
  ])
})

it('takes draining for a sign of life', () => {
  const { entry, happened, until, now } = deadlines()
  until(500)
  entry.stalled(now())
  until(3_400)
  entry.drained(now())
  until(4_400)
  expect(happened).toEqual([[4_400, 'asked']])
})

it('closes who does not authenticate, and cuts off who does not answer the close', () => {
  const { entry, happened, until, now } = deadlines({ authenticateBy: 600 })
  until(600)
  entry.closing(now())
  until(800)
  expect(happened).toEqual([
    [600, 'notAuthenticated'],
    [800, 'gone'],
  ])
})
