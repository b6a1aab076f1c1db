import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** The environment variable with the address of the test run's Postgres. */
export const TEST_POSTGRES = 'ACME_TEST_POSTGRES'
/** The database there that has every table and no row. */
export const TEMPLATE = 'template_acme'

export interface FreshDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
}

/** A database of its own for a test: a copy of the template, dropped in the end, whoever is still connected. */
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
    [Symbol.asyncDispose]: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
