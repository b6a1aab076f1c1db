import { expect, test } from 'vitest'
import { groupByDay } from './group-by-day.ts'

const at = (...parts: [number, number, number, number, number]) => new Date(...parts)

test('items of one local day stand together, in order', () => {
  const times = [at(2024, 0, 29, 0, 0), at(2024, 0, 29, 23, 59), at(2024, 0, 30, 0, 0), at(2024, 1, 1, 9, 0)]
  const days = groupByDay(times, (time) => time)
  expect(days.map((day) => [day.key, day.items.length])).toEqual([
    ['2024-01-29', 2],
    ['2024-01-30', 1],
    ['2024-02-01', 1],
  ])
  expect(days[0]?.date).toBe(times[0])
})

test('an unsent one of yesterday stands under today, and no day is there twice', () => {
  const times = [at(2024, 0, 29, 9, 0), at(2024, 0, 30, 9, 0), at(2024, 0, 29, 18, 0)]
  expect(groupByDay(times, (time) => time).map((day) => [day.key, day.items.length])).toEqual([
    ['2024-01-29', 1],
    ['2024-01-30', 2],
  ])
})

test('no items make no days', () => {
  expect(groupByDay([], () => new Date())).toEqual([])
})

test('the same day of two years is two days', () => {
  expect(groupByDay([at(2023, 0, 29, 9, 0), at(2024, 0, 29, 9, 0)], (time) => time)).toHaveLength(2)
})
