import { expect, test } from 'vitest'
import { card } from '../inbox/card-of-test.ts'
import { createAlerted } from './alerted.ts'

const at = (lastUserSeq: number, id = 'a') => card(id, lastUserSeq, { lastUserSeq })

test('a message that is announced twice is told of once, the next one again', () => {
  const alerted = createAlerted()
  expect(alerted.take([at(1), at(7, 'b')]).map(({ id }) => id)).toEqual(['a', 'b'])
  // A colleague has answered meanwhile.
  expect(alerted.take([{ ...at(1), messageCount: 2 }, at(7, 'b')])).toEqual([])
  expect(alerted.take([at(2), at(7, 'b')]).map(({ id }) => id)).toEqual(['a'])
})

test('after a restore from a backup, messages are told of although their numbers were there before', () => {
  const alerted = createAlerted()
  alerted.take([at(9)])
  expect(alerted.take([at(4)])).toHaveLength(1)
})

test('it remembers the chats of the last time, not all there ever were', () => {
  const alerted = createAlerted()
  alerted.take([at(1)])
  for (let n = 0; n < 1_000; n++) alerted.take([at(1, `other ${n}`)])
  expect(alerted.take([at(1, 'other 999')])).toEqual([])
  expect(alerted.take([at(1)])).toHaveLength(1)
})
