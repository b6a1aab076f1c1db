import type { Kind } from '../servers/servers.ts'
import { median } from '../statistics.ts'
import { goalOf, verdict } from './goals.ts'
import type { Row, Table } from './rows.ts'

const COLUMNS = ['', 'ours', 'bare', 'batched', 'ours / bare', 'ours / batched', 'goal'] as const

/** A table as text: medians over the rounds, and of each round's ratio its median, least and most. */
export function printed({ title, rows }: Table): string {
  const cells = [[...COLUMNS], ...rows.map(cellsOf)]
  const widths = COLUMNS.map((_, n) => Math.max(...cells.map((row) => row[n]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, n) => (n === 0 || n >= 4 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [title, ...lines.map((line) => `  ${line}`), ...noiseOf(rows[0])].join('\n')
}

/** How far the bare server's own values moved: what the ratios had to survive. */
function noiseOf(row: Row | undefined): string[] {
  const bare = row?.values.bare ?? []
  if (row === undefined || bare.length < 2) return []
  const middle = median(bare)
  const most = Math.max(...bare.map((value) => Math.abs(value - middle) / middle))
  return [`  (bare's own ${row.label} moved by up to ${Math.round(most * 100)} % from its median)`]
}

function cellsOf(row: Row): string[] {
  const { id, label, digits, values } = row
  const show = (kind: Kind) => (values[kind].length === 0 ? '' : shown(median(values[kind]), digits))
  const goal = goalOf(id)
  const of = !goal ? Number.NaN : goal.of === 'value' ? median(values.ours) : median(ratios(row, goal.of))
  return [
    label,
    show('ours'),
    show('bare'),
    show('batched'),
    spread(ratios(row, 'bare')),
    spread(ratios(row, 'batched')),
    goal && !Number.isNaN(of) ? verdict(goal, of) : '',
  ]
}

/** Ours against the other, round by round. */
export function ratios({ values }: Row, other: Exclude<Kind, 'ours'>): number[] {
  return values.ours.flatMap((value, round) => {
    const against = values[other][round]
    return against === undefined ? [] : [value / against]
  })
}

function spread(all: readonly number[]): string {
  const finite = all.filter((ratio) => Number.isFinite(ratio))
  if (finite.length === 0) return ''
  if (finite.length === 1) return shown(median(finite), 2)
  return `${shown(median(finite), 2)} (${shown(Math.min(...finite), 2)}–${shown(Math.max(...finite), 2)})`
}

function shown(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
