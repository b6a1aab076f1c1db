import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@acme/local'
import { makeTemplate } from './contestant.ts'
import { cpuTimes, machineState } from './machine.ts'
import { type Options, readOptions, type ScenarioName } from './options.ts'
import { conditions, json } from './report/conditions.ts'
import { printed } from './report/print.ts'
import type { Table } from './report/rows.ts'
import { coldStart } from './scenarios/cold-start.ts'
import { floods } from './scenarios/floods.ts'
import { idle } from './scenarios/idle.ts'
import { latency } from './scenarios/latency.ts'
import { saturation } from './scenarios/saturation.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { storm } from './scenarios/storm.ts'

/**
 * The running product against what one would write by hand with ws and pg, on one Postgres, in turns, so that
 * whatever else the machine does befalls all. Read the ratios, not the numbers.
 */
const RUN: Record<ScenarioName, Scenario> = {
  'cold-start': coldStart,
  saturation,
  latency,
  idle,
  storm,
  floods,
}
const ENDS_WITHIN_MS = 3 * 3600_000

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => reject(new Error(`Interrupted by ${signal}`)))
  setTimeout(
    () => reject(new Error(`Not done within ${ENDS_WITHIN_MS / 3600_000} h`)),
    ENDS_WITHIN_MS,
  ).unref()
})
interrupted.catch(() => {})

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  // Interrupted in the middle of a scenario, its processes hold ours; they end with it.
  process.exit(1)
}

async function main({ scenarios, plan, jsonFile }: Options): Promise<void> {
  await using started = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'acme-bench-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  // Postgres does not run as root; the account it runs under must get in.
  await chmod(folder, 0o755)
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') })
  started.defer(() => postgres.stop('immediate'))
  // Before Postgres, without which they would fall over one after the other.
  const processes = new AbortController()
  started.defer(() => processes.abort())
  const { signal } = processes
  await makeTemplate(postgres, signal)

  const before = cpuTimes()
  const progress = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`)
  await Promise.race([measure(), interrupted])
  console.log(`\n${await conditions(machineState(before), postgres.url)}`)

  async function measure(): Promise<void> {
    const tables: Table[] = []
    for (const name of scenarios) {
      for await (const table of RUN[name]({ postgres, plan, progress, signal })) {
        tables.push(table)
        console.log(`\n${printed(table)}`)
        // After each, so that a fault in a later one takes nothing away.
        if (jsonFile !== null) await writeFile(jsonFile, json({ plan, tables, state: machineState(before) }))
      }
    }
  }
}
