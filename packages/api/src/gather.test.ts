import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gather } from './gather.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Answers at once, and notes what each statement was asked for. */
function ask() {
  const statements: number[][] = []
  const run = async (asks: readonly number[]) => {
    statements.push([...asks])
    return asks.map((each) => -each)
  }
  return { statements, ask: gather(run, { max: 3, atOnce: 2 }) }
}

test('who asks an idle system waits for the end of the turn alone', async () => {
  const { statements, ask: one } = ask()
  const answers = Promise.all([one(1), one(2)])
  await vi.advanceTimersByTimeAsync(0)
  expect(statements).toEqual([[1, 2]])
  expect(await answers).toEqual([-1, -2])
})

test('what is asked for within the next turns goes together, as much as fits', async () => {
  const { statements, ask: one } = ask()
  const answers = [one(1)]
  await vi.advanceTimersByTimeAsync(0)
  for (const each of [2, 3, 4, 5]) {
    answers.push(one(each))
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(statements).toEqual([[1]])
  await vi.advanceTimersByTimeAsync(20)
  expect(statements).toEqual([[1], [2, 3, 4], [5]])
  expect(await Promise.all(answers)).toEqual([-1, -2, -3, -4, -5])
})

test('what fails is told to those who asked for it', async () => {
  const failing = gather(async () => Promise.reject(new Error('away')), { max: 3, atOnce: 2 })
  const asked = expect(Promise.all([failing(1)])).rejects.toThrow('away')
  await vi.advanceTimersByTimeAsync(0)
  await asked
})

test('answers that lead to much are handed out over several turns', async () => {
  vi.useRealTimers()
  const many = gather(async (asks: readonly number[]) => asks, { max: 100, atOnce: 1 })
  let answered = 0
  const all = Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      expect(await many(n)).toBe(n)
      answered += 1
      const until = performance.now() + 1
      while (performance.now() < until);
    }),
  )
  const seen = [0]
  while (answered < 40) {
    await new Promise((resolve) => setImmediate(resolve))
    seen.push(answered)
  }
  await all
  expect(Math.max(...seen.map((each, turn) => each - (seen[turn - 1] ?? 0)))).toBeLessThanOrEqual(4)
})
