import { expect, test } from 'vitest'
import { goalOf, verdict } from './goals.ts'
import { printed, ratios } from './print.ts'
import { Table, turns } from './rows.ts'

test('ratios are taken round by round, and held against the goal by their median', () => {
  const table = new Table('saturation.100', 'saturation')
  const rates = { ours: [30, 80, 50], bare: [60, 60, 60], batched: [100, 100, 100] }
  for (const kind of ['ours', 'bare', 'batched'] as const)
    for (const value of rates[kind]) table.add(kind, 'rate', value, { label: 'messages', digits: 0 })
  const [row] = table.rows
  expect(row && ratios(row, 'batched')).toEqual([0.3, 0.8, 0.5])
  expect(printed(table)).toContain('0.50 (0.30–0.80)')
  expect(printed(table)).toContain('≥ 0.75 of batched (1): not met')
})

test('a goal is met at its bound, and its stretch beyond', () => {
  const cpu = goalOf('saturation.1000.cpuMicros')
  expect(cpu && [1.61, 1.6, 1.2].map((ratio) => verdict(cpu, ratio).split(': ')[1])).toEqual([
    'not met',
    'met',
    'stretch met',
  ])
  const rate = goalOf('saturation.100.rate')
  expect(rate && [0.74, 0.75, 1].map((ratio) => verdict(rate, ratio).split(': ')[1])).toEqual([
    'not met',
    'met',
    'stretch met',
  ])
})

test('every other round goes backwards', () => {
  expect([0, 1, 2].map((round) => turns(round).join(' '))).toEqual([
    'ours bare batched',
    'batched bare ours',
    'ours bare batched',
  ])
})
