import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './schema.ts'

/** Kysely over a pool, and the pool itself for named statements and the job queue. */
export class Db extends Kysely<Tables> {
  readonly pool: pg.Pool

  constructor(pool: pg.Pool) {
    super({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
    this.pool = pool
  }
}

export interface ConnectOptions {
  url: string
  /** Connections at most; 10 unless given. */
  max?: number
  /** A statement that takes longer counts as a lost connection; 0 waits for ever, as a migration may have to. */
  queryTimeoutMs?: number
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void
}

/** Opens a pool. Nothing is connected until the first query. */
export function connect({
  url,
  max = 10,
  queryTimeoutMs = 15_000,
  onIdleError = () => {},
}: ConnectOptions): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    // A server that vanished without a word is noticed by these alone.
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    maxLifetimeSeconds: 600,
    application_name: 'acme-support-chat',
  })
  // Without handlers a connection's end takes the process down.
  pool.on('error', onIdleError)
  pool.on('connect', (client) => client.on('error', onIdleError))
  return new Db(pool)
}
