import { expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type Timed, TimerWheel, UNSCHEDULED } from './timer-wheel.ts'

/** A wheel on a clock that the test moves. */
function wheel() {
  let now = 0
  const turns = new TimerWheel(() => now)
  const entry = (): Timed & { calls: number[] } => {
    const calls: number[] = []
    return { slot: UNSCHEDULED, calls, onDue: (at) => calls.push(at) }
  }
  return {
    wheel: turns,
    entry,
    advance: (ms: number) => {
      now += ms
    },
  }
}

it('calls an entry once, when its time has come', async () => {
  const { wheel: turns, entry, advance } = wheel()
  const [soon, later] = [entry(), entry()]
  turns.schedule(soon, 1_000)
  turns.schedule(later, 2_000)
  advance(999)
  turns.turn()
  expect(soon.calls).toEqual([])
  advance(101)
  turns.turn()
  expect(soon.calls).toEqual([1_100])
  expect(later.calls).toEqual([])
  advance(1_000)
  turns.turn()
  expect(later.calls).toEqual([2_100])
  expect(soon.calls).toHaveLength(1)
  expect(turns.size).toBe(0)
})

it('keeps the earlier of two times, and forgets what was cancelled', () => {
  const { wheel: turns, entry, advance } = wheel()
  const [kept, moved, cancelled] = [entry(), entry(), entry()]
  turns.schedule(kept, 1_000)
  turns.schedule(kept, 5_000)
  turns.schedule(moved, 5_000)
  turns.schedule(moved, 1_000)
  turns.schedule(cancelled, 1_000)
  turns.cancel(cancelled)
  turns.cancel(cancelled)
  expect(turns.size).toBe(2)
  advance(1_100)
  turns.turn()
  expect([kept.calls.length, moved.calls.length, cancelled.calls.length]).toEqual([1, 1, 0])
  advance(10_000)
  turns.turn()
  expect([kept.calls.length, moved.calls.length]).toEqual([1, 1])
})

it('calls early, never too late, when the time is further away than a round', () => {
  const { wheel: turns, entry, advance } = wheel()
  const far = entry()
  turns.schedule(far, 1_000_000)
  advance(900_000)
  turns.turn()
  expect(far.calls).toHaveLength(1)
})

it('looks at everything once after a long pause', () => {
  const { wheel: turns, entry, advance } = wheel()
  const entries = Array.from({ length: 500 }, entry)
  for (const [index, each] of entries.entries()) turns.schedule(each, index * 150)
  advance(10_000_000)
  turns.turn()
  expect(entries.every(({ calls }) => calls.length === 1)).toBe(true)
  // And goes on from there.
  const next = entry()
  turns.schedule(next, 10_000_500)
  advance(600)
  turns.turn()
  expect(next.calls).toHaveLength(1)
})

it('never calls for what is to be called never', () => {
  const { wheel: turns, entry } = wheel()
  turns.schedule(entry(), Number.POSITIVE_INFINITY)
  expect(turns.size).toBe(0)
})

it('turns by itself while something waits', async () => {
  const turns = new TimerWheel(() => performance.now())
  const calls: number[] = []
  turns.schedule({ slot: UNSCHEDULED, onDue: (now) => calls.push(now) }, performance.now() + 50)
  await eventually(() => calls.length === 1)
})
