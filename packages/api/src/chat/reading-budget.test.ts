import { v7 as uuidv7 } from 'uuid'
import { expect, test } from 'vitest'
import { Refusal } from '../errors.ts'
import { fixture } from '../testing/fixture.ts'
import { range, readMessages } from '../testing/follow.ts'
import { PAGE_BYTES } from './page.ts'
import { ReadingBudget } from './reading-budget.ts'

const FULL = [{ content: 'x'.repeat(PAGE_BYTES) }]

test('P11 who reads as fast as they can waits, and nobody else does', async () => {
  const budget = new ReadingBudget({ burst: 2 * PAGE_BYTES, perSecond: PAGE_BYTES / 2 })
  const begun: string[] = []
  const read = (userId: string) => {
    const reading = budget.page(userId, async () => {
      begun.push(userId)
      return { messages: FULL }
    })
    reading.catch(() => {})
    return reading
  }
  const fast = range(1, 5).map(() => read('fast'))
  await read('other')
  expect(begun).toEqual(['fast', 'fast', 'other'])
  // The fourth has four seconds to wait; the fifth would have six.
  await expect(fast[4]).rejects.toThrow(Refusal)
  await fast[2]
  expect(begun).toEqual(['fast', 'fast', 'other', 'fast'])
})

test('what a page weighs is charged, not what it might have, and nothing for one that could not be read', async () => {
  const budget = new ReadingBudget({ burst: 2 * PAGE_BYTES, perSecond: 1 })
  for (const _ of range(1, 100)) await budget.page('short', async () => ({ messages: [{ content: 'x' }] }))
  for (const _ of range(1, 3)) {
    const reading = budget.page('unlucky', () => Promise.reject(new Error('No connection')))
    await expect(reading).rejects.toThrow('No connection')
  }
  expect(await budget.page('unlucky', async () => null)).toBeNull()
})

test('P11 a person’s pages of history are bounded in bytes, whoever they are', async () => {
  await using f = await fixture()
  const [greedy, patient, agent] = [await f.user('Greedy'), await f.user('Patient'), await f.admin()]
  const { id: chatId } = await f.as(greedy).chat.get()
  await Promise.all(
    range(1, 20).map(() => f.as(greedy).chat.send({ chatId, id: uuidv7(), content: 'x'.repeat(4_000) })),
  )
  for (const caller of [greedy, agent]) {
    const asked = range(1, 300).map(() => f.as(caller).chat.history({ chatId, before: 21, limit: 100 }))
    const greedily = expect(Promise.all(asked)).rejects.toMatchObject({ cause: { reason: 'rate_limited' } })
    await Promise.all([greedily, f.as(patient).chat.get()])
  }
})

test('P11 what is passed on as it comes is charged too, and what is beyond it comes when it is its reader’s turn', async () => {
  await using f = await fixture({ limits: { reading: { burst: 2 * PAGE_BYTES, perSecond: PAGE_BYTES / 2 } } })
  const user = await f.user()
  const { id: chatId, epoch } = await f.as(user).chat.get()
  await using reading = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
  await reading.until((events) => events.length > 0)
  const texts = range(1, 40).map((n) => `${n}`.padStart(4_000, 'x'))
  for (const content of texts) await f.as(user).chat.send({ chatId, id: uuidv7(), content })
  expect(reading.seqs().length).toBeLessThan(40)
  await reading.untilSeq(40)
  expect(reading.seqs()).toEqual(range(1, 40))
})
