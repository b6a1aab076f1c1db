import { parseArgs } from 'node:util'

export const SCENARIOS = ['cold-start', 'saturation', 'latency', 'idle', 'storm', 'floods'] as const
export type ScenarioName = (typeof SCENARIOS)[number]

export interface Options {
  scenarios: readonly ScenarioName[]
  /** Where to write everything that was measured; null writes nothing. */
  jsonFile: string | null
  plan: Plan
}

/** How long and how often. */
export interface Plan {
  phaseMs: number
  warmUpMs: number
  /** Of saturation and latency. */
  rounds: number
  /** Of idle and storm, which begin with new processes each time. */
  longRounds: number
  coldStarts: number
  saturationChats: readonly number[]
  ratesPerSecond: readonly number[]
  idleFollowers: readonly number[]
  idleMs: number
  stormClients: readonly number[]
}

const FULL: Plan = {
  phaseMs: 8_000,
  warmUpMs: 3_000,
  rounds: 4,
  longRounds: 2,
  coldStarts: 5,
  saturationChats: [100, 1_000],
  ratesPerSecond: [50, 200, 1_000],
  idleFollowers: [2_000, 10_000],
  idleMs: 30_000,
  stormClients: [5_000, 20_000],
}

const QUICK: Plan = {
  ...FULL,
  phaseMs: 3_000,
  warmUpMs: 1_500,
  rounds: 2,
  longRounds: 1,
  coldStarts: 2,
  idleFollowers: [2_000],
  idleMs: 5_000,
  stormClients: [2_000],
}

const USAGE = `pnpm bench [--only ${SCENARIOS.join(',')}] [--quick] [--rounds N] [--json FILE]`

/** @throws Error that says what is wrong, with the usage */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((each) => each !== '--'),
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const plan = values.quick ? QUICK : FULL
  return {
    scenarios: values.only === undefined ? SCENARIOS : values.only.split(',').map(scenarioNamed),
    jsonFile: values.json ?? null,
    plan: values.rounds === undefined ? plan : withRounds(plan, values.rounds),
  }
}

function scenarioNamed(text: string): ScenarioName {
  const name = SCENARIOS.find((each) => each === text.trim())
  if (name === undefined) throw new Error(`There is no scenario ${text}. ${USAGE}`)
  return name
}

function withRounds(plan: Plan, text: string): Plan {
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`${text} is no number of rounds. ${USAGE}`)
  return { ...plan, rounds, longRounds: rounds, coldStarts: rounds }
}
