import type { Sample } from './load.ts'

/** What the servers did in one round, each summed over its turns. */
export interface Round {
  ours: Sample
  bare: Sample
  /** The product's writer alone, where it took part. */
  writer?: Sample
}

/** Turns of one server as if they had been one. */
export function together(samples: readonly Sample[]): Sample {
  const cpu = samples.map((sample) => sample.cpuMicros).filter((micros) => micros !== null)
  return {
    messages: sum(samples.map(({ messages }) => messages)),
    seconds: sum(samples.map(({ seconds }) => seconds)),
    latenciesMs: samples.flatMap(({ latenciesMs }) => latenciesMs),
    cpuMicros: cpu.length === samples.length ? sum(cpu) : null,
  }
}

/** Medians over the rounds, and of each round's ratio its median, least and most. */
export function tableOf(rounds: readonly Round[]): string[] {
  const lines: string[] = []
  const compare = (label: string, of: (sample: Sample) => number, digits: number) => {
    const ours = rounds.map((round) => of(round.ours))
    const bare = rounds.map((round) => of(round.bare))
    if ([...ours, ...bare].some((value) => Number.isNaN(value))) return
    const ratios = ours.map((value, n) => value / (bare[n] ?? Number.NaN))
    lines.push(
      `  ${label.padEnd(24)} ours ${show(ours, digits)}   bare ${show(bare, digits)}   ratio ${spread(ratios)}`,
    )
  }
  compare('durable messages/s', rate, 0)
  compare('send to seen p50, ms', (sample) => quantile(sample.latenciesMs, 0.5), 2)
  compare('send to seen p99, ms', (sample) => quantile(sample.latenciesMs, 0.99), 2)
  compare('server CPU, µs/message', (sample) => (sample.cpuMicros ?? Number.NaN) / sample.messages, 0)

  const beside = rounds.flatMap(({ ours, writer }) => (writer ? [{ ours, writer }] : []))
  if (beside.length > 0) {
    const alone = beside.map(({ writer }) => rate(writer))
    const ratios = beside.map(({ ours, writer }) => rate(ours) / rate(writer))
    lines.push(
      `  ${'our writer alone, msgs/s'.padEnd(24)} ${show(alone, 0, 13)}   ours is ${spread(ratios)} of it`,
    )
  }
  return lines
}

/** How far the hand-written server's own rate moved: the noise that the ratios had to survive. */
export function noiseOf(rounds: readonly Round[]): string {
  const rates = rounds.map(({ bare }) => rate(bare))
  const middle = median(rates)
  const off = rates.map((each) => Math.round((Math.abs(each - middle) / middle) * 100))
  return `bare's own rate moved by up to ${Math.max(...off)} % from its median`
}

function rate({ messages, seconds }: Sample): number {
  return messages / seconds
}

function show(values: readonly number[], digits: number, width = 7): string {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return median(values).toLocaleString('en', format).padStart(width)
}

function spread(ratios: readonly number[]): string {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  return `${median(ratios).toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
