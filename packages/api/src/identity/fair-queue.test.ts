import { expect, test } from 'vitest'
import { refusal } from '../testing/call.ts'
import { type Asker, FairQueue } from './fair-queue.ts'

/** Somebody in a group of their own. */
const asker = (name: string): Asker => ({ lane: 'open', group: name, member: name })

/** Work that ends when it is told to; `begun` has who began, in order. */
function workshop(queue: FairQueue) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (who: string | Asker, name = typeof who === 'string' ? who : who.member) =>
    queue.run(typeof who === 'string' ? asker(who) : who, async () => {
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
  const failing = queue.run(asker('a'), async () => {
    throw new Error('of the work')
  })
  const next = queue.run(asker('a'), async () => 'next')
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

test('a group with many members counts as one among others, and its members share its places', async () => {
  const { begun, ask, end } = workshop(new FairQueue({ concurrency: 1, waiting: 4 }))
  const member = (name: string): Asker => ({ lane: 'open', group: 'many', member: name })
  const many = ['1', '2', '3', '3', '4'].map((name, n) => ask(member(name), `many ${n}`))
  const [, , , fourth = Promise.resolve(), fifth = Promise.resolve()] = many
  // Waiting are 2, 3, 3 and 4; each newcomer takes the place of the heaviest member, the newest of them first.
  const refusals = Promise.all([refusal(fourth), refusal(fifth)])
  const [one, two] = [ask('somebody'), ask('another')]
  expect((await refusals).map(({ reason }) => reason)).toEqual(['busy', 'busy'])
  expect(await refusal(ask(member('5')))).toMatchObject({ reason: 'busy' })
  for (let n = 0; n < 5; n++) await end()
  expect(begun).toEqual(['many 0', 'many 1', 'many 2', 'somebody', 'another'])
  await Promise.all([one, two])
})

test('within a group, whoever has most waiting gives a place up to a member who has less', async () => {
  const { ask, end } = workshop(new FairQueue({ concurrency: 1, waiting: 2 }))
  const member = (name: string): Asker => ({ lane: 'open', group: 'office', member: name })
  const [first, second, third] = [ask(member('guesser')), ask(member('guesser')), ask(member('guesser'))]
  const refused = refusal(third)
  const colleague = ask(member('colleague'))
  expect(await refused).toMatchObject({ reason: 'busy' })
  for (let n = 0; n < 3; n++) await end()
  expect(await Promise.all([first, second, colleague])).toEqual(['guesser', 'guesser', 'colleague'])
})

test('the reserved lane has places that the open one cannot take, and goes first', async () => {
  const { begun, ask, end } = workshop(new FairQueue({ concurrency: 1, waiting: 2 }))
  const open = ['a', 'b', 'c'].map((name) => ask(name))
  expect(await refusal(ask('d'))).toMatchObject({ reason: 'busy' })
  const known = ask({ lane: 'reserved', group: 'known', member: 'known' })
  for (let n = 0; n < 4; n++) await end()
  expect(begun).toEqual(['a', 'known', 'b', 'c'])
  await Promise.all([...open, known])
})
