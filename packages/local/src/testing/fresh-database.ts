import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The environment variable with the address of the test run's Postgres. */
export const TEST_POSTGRES = 'ACME_TEST_POSTGRES'
/** The database there that has every table and no row. */
export const TEMPLATE = 'template_acme'

export interface FreshDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
}

const DISCONNECTS_WITHIN_MS = 5_000

/** A database of its own for a test: a copy of the template, dropped in the end. Throws when somebody is still connected then. */
export async function freshDatabase({ empty = false } = {}): Promise<FreshDatabase> {
  const server = process.env[TEST_POSTGRES]
  if (server === undefined) throw new Error('No Postgres for tests. Run them with: pnpm test')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await execute(server, `create database ${name}${empty ? '' : ` template ${TEMPLATE}`}`)
  const url = new URL(server)
  url.pathname = name
  return {
    name,
    url: url.href,
    async [Symbol.asyncDispose]() {
      const left = await stillConnected(server, name)
      await execute(server, `drop database if exists ${name} with (force)`)
      if (left.length > 0) throw new Error(`Still connected to the test's database: ${left.join('; ')}`)
    },
  }
}

/** Who does not end by themselves; Postgres itself needs a moment to notice a closed connection. */
async function stillConnected(server: string, name: string): Promise<string[]> {
  const deadline = Date.now() + DISCONNECTS_WITHIN_MS
  for (;;) {
    const rows = await execute(
      server,
      `select application_name || ': ' || query as said from pg_stat_activity
       where datname = '${name}' and backend_type = 'client backend'`,
    )
    const left = rows.map(({ said }) => String(said))
    if (left.length === 0 || Date.now() > deadline) return left
    await sleep(20)
  }
}

async function execute(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end()
  }
}
