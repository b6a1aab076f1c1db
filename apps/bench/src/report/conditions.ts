import pg from 'pg'
import type { MachineState } from '../machine.ts'
import type { Plan } from '../options.ts'
import { goalOf } from './goals.ts'
import { ratios } from './print.ts'
import type { Table } from './rows.ts'

/** What one must know of the machine to read the numbers. */
export async function conditions(state: MachineState, postgresUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  const { rows } = await client.query<Record<'version' | 'fsync' | 'commit', string>>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as commit`,
  )
  await client.end()
  const [postgres] = rows
  const { cores, node, platform, descriptors, loadAverage, cpuIdle, cpuStolen } = state
  const percent = (share: number | null) => (share === null ? 'unknown' : `${Math.round(share * 100)} %`)
  return [
    'Medians over the rounds; of the rounds’ ratios the median (least–most).',
    `${cores} cores (${platform}) shared by the servers, the load and Postgres ${postgres?.version} (fsync ${postgres?.fsync}, synchronous_commit ${postgres?.commit}); Node ${node}; ${descriptors} file descriptors.`,
    `Load average ${loadAverage.toFixed(1)}, CPU idle ${percent(cpuIdle)}, stolen ${percent(cpuStolen)}.`,
  ].join('\n')
}

/** Everything that was measured, for other programs. */
export function json(run: { plan: Plan; tables: readonly Table[]; state: MachineState }): string {
  const tables = run.tables.map(({ id, title, rows }) => ({
    id,
    title,
    rows: rows.map((row) => ({
      ...row,
      oursToBare: ratios(row, 'bare'),
      oursToBatched: ratios(row, 'batched'),
      goal: goalOf(row.id),
    })),
  }))
  return `${JSON.stringify({ plan: run.plan, machine: run.state, tables }, null, 2)}\n`
}
