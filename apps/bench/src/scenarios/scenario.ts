import type { Postgres } from '@acme/local'
import type { Plan } from '../options.ts'
import type { Table } from '../report/rows.ts'

export interface Bench {
  postgres: Postgres
  plan: Plan
  progress: (text: string) => void
  /** Ends every process at once. */
  signal: AbortSignal
}

/**
 * Measures something of all servers in turns; gives each table as soon as it is complete.
 *
 * @throws Error when a ledger found a fault, or a server or load ended
 */
export type Scenario = (bench: Bench) => AsyncGenerator<Table>
