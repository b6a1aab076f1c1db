import { expect, test } from 'vitest'
import { refusal } from '../testing/call.ts'
import { FairQueue } from './fair-queue.ts'

/** Work that ends when it is told to; `begun` has who began, in order. */
function workshop(queue: FairQueue) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (from: string, name = from) =>
    queue.run(from, async () => {
      begun.push(name)
      await new Promise<void>((end) => ends.push(end))
      return name
    })
  return {
    begun,
    ask,
    /** Ends the oldest work that is under way. */
    end: async () => {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('no more than `concurrency` is under way, the rest waits for its turn', async () => {
  const queue = new FairQueue({ concurrency: 2, waiting: 20 })
  const { begun, ask, end } = workshop(queue)
  const results = [1, 2, 3, 4, 5].map((n) => ask('somebody', `${n}`))
  expect(begun).toEqual(['1', '2'])
  for (const [ended, expected] of [
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 5],
    [5, 5],
  ] as const) {
    await end()
    expect(begun, `after ${ended} ended`).toHaveLength(expected)
    expect(queue.running).toBe(Math.min(2, 5 - ended))
  }
  expect(await Promise.all(results)).toEqual(['1', '2', '3', '4', '5'])
})

test('work that fails gives its place on and throws what it threw', async () => {
  const queue = new FairQueue({ concurrency: 1, waiting: 1 })
  const failing = queue.run('a', async () => {
    throw new Error('of the work')
  })
  const next = queue.run('a', async () => 'next')
  await expect(failing).rejects.toThrow('of the work')
  expect(await next).toBe('next')
  expect(queue.running).toBe(0)
})

test('what finds no place to wait is refused as busy, with a time to come back', async () => {
  const { ask, end } = workshop(new FairQueue({ concurrency: 1, waiting: 2 }))
  const taken = ['a', 'b', 'c'].map((from) => ask(from))
  const refused = await refusal(ask('d'))
  expect(refused).toMatchObject({ reason: 'busy', code: 'TOO_MANY_REQUESTS' })
  expect(refused.details.retryAfterMs).toBeGreaterThan(0)
  for (const _ of taken) await end()
  expect(await Promise.all(taken)).toEqual(['a', 'b', 'c'])
})

test('whoever has most waiting gives a place up to whoever has less, newest first', async () => {
  const { begun, ask, end } = workshop(new FairQueue({ concurrency: 1, waiting: 4 }))
  const greedy = [1, 2, 3, 4, 5].map((n) => ask('greedy', `greedy ${n}`))
  const [, , , fourth = Promise.resolve(), fifth = Promise.resolve()] = greedy
  const refusals = Promise.all([refusal(fourth), refusal(fifth)])
  const [one, two] = [ask('modest'), ask('another')]
  expect((await refusals).map(({ reason }) => reason)).toEqual(['busy', 'busy'])
  // Now nobody has two more than a newcomer would.
  expect(await refusal(ask('greedy', 'greedy 6'))).toMatchObject({ reason: 'busy' })
  for (let n = 0; n < 5; n++) await end()
  expect(begun).toEqual(['greedy 1', 'greedy 2', 'greedy 3', 'modest', 'another'])
  expect(await Promise.all([one, two])).toEqual(['modest', 'another'])
})
