import { expect, test } from 'vitest'
import { card } from './card-of-test.ts'
import { holdOrder } from './hold-order.ts'

const held = [card('a', 40), card('b', 30), card('c', 20)]
const idsOf = ({ cards }: { cards: { id: string }[] }) => cards.map(({ id }) => id).join('')

test('without a change there is nothing to let go', () => {
  expect(holdOrder(held, held)).toEqual({ cards: held, updated: 0 })
})

test('a chat with a new message stays where it is, and shows that message', () => {
  const moved = card('c', 50, { unread: true })
  const shown = holdOrder(held, [moved, card('a', 40), card('b', 30)])
  expect(idsOf(shown)).toBe('abc')
  expect(shown.cards[2]).toBe(moved)
  expect(shown.updated).toBe(1)
})

test('a mark that comes or goes moves nothing', () => {
  const shown = holdOrder(held, [card('a', 40, { unread: true }), card('b', 30), card('c', 20)])
  expect(shown.cards[0]?.unread).toBe(true)
  expect(shown.updated).toBe(0)
})

test('a chat that is new waits', () => {
  const shown = holdOrder(held, [card('n', 60), ...held])
  expect(idsOf(shown)).toBe('abc')
  expect(shown.updated).toBe(1)
})

test('a chat that was archived keeps its place until then', () => {
  const shown = holdOrder(held, [card('a', 40), card('c', 20)])
  expect(idsOf(shown)).toBe('abc')
  expect(shown.updated).toBe(1)
})

test('the next page is simply there', () => {
  const shown = holdOrder(held, [...held, card('d', 10), card('e', 5)])
  expect(idsOf(shown)).toBe('abcde')
  expect(shown.updated).toBe(0)
})

test('an empty list holds nothing back', () => {
  expect(idsOf(holdOrder([], [card('a', 1)]))).toBe('a')
})
