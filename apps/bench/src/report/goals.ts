import { FLOODS } from '../floods/commands.ts'

/** What a row is held against: a ratio to a server of the same run, or a value of ours. */
export interface Goal {
  of: 'bare' | 'batched' | 'value'
  least?: number
  most?: number
  stretch?: number
}

const THROUGHPUT: Goal = { of: 'batched', least: 0.75, stretch: 1 }
const CPU_PER_MESSAGE: Goal = { of: 'batched', most: 1.6, stretch: 1.2 }
const LATENCY: Goal = { of: 'bare', most: 1.2, stretch: 1.1 }
const CPU_PER_RESUME: Goal = { of: 'bare', most: 1.3, stretch: 1.1 }
const SENDERS_IN_STORM: Goal = { of: 'value', most: 2 }
const BACK_IN_STORM: Goal = { of: 'value', most: 10 }

const PAIRS_IN_FLOOD: Goal = { of: 'value', most: 3 }

const GOALS: Record<string, Goal> = {
  'saturation.100.rate': THROUGHPUT,
  'saturation.1000.rate': THROUGHPUT,
  'saturation.100.cpuMicros': CPU_PER_MESSAGE,
  'saturation.1000.cpuMicros': CPU_PER_MESSAGE,
  'latency.50.p50': LATENCY,
  'latency.200.p50': LATENCY,
  'idle.10000.rssKb': { of: 'bare', most: 1.4, stretch: 1.2 },
  // Not bare: it asks nobody for a sign of life, so it does nothing at all.
  'idle.10000.cpu': { of: 'batched', most: 3, stretch: 1 },
  'storm.5000.cutCpuMs': CPU_PER_RESUME,
  'storm.20000.cutCpuMs': CPU_PER_RESUME,
  'storm.5000.sendersP99Ratio': SENDERS_IN_STORM,
  'storm.20000.sendersP99Ratio': SENDERS_IN_STORM,
  'storm.5000.killBackSeconds': BACK_IN_STORM,
  'storm.20000.killBackSeconds': BACK_IN_STORM,
  ...Object.fromEntries(FLOODS.map((name) => [`floods.${name}.p99Ratio`, PAIRS_IN_FLOOD])),
  'cold-start.cpuSeconds': { of: 'value', most: 1 },
}

/** The goal of a row; null when it has none. */
export function goalOf(rowId: string): Goal | null {
  return GOALS[rowId] ?? null
}

/** Such as `≥ 0.75 of batched (stretch 1): not met`. */
export function verdict({ of, least, most, stretch }: Goal, value: number): string {
  const bound = least === undefined ? `≤ ${most}` : `≥ ${least}`
  const reached = (limit: number) => (least === undefined ? value <= limit : value >= limit)
  const goal = least ?? most ?? Number.NaN
  const outcome =
    stretch !== undefined && reached(stretch) ? 'stretch met' : reached(goal) ? 'met' : 'not met'
  return `${bound}${of === 'value' ? '' : ` of ${of}`}${stretch === undefined ? '' : ` (${stretch})`}: ${outcome}`
}
