import { resolve } from 'node:path'
import pg from 'pg'
import { openCluster } from './postgres/cluster.ts'
import { postmasterPid, startPostmaster, stopPostmaster } from './postgres/postmaster.ts'
import { killWithChildren } from './postgres/processes.ts'

export interface PostgresOptions {
  /** A folder of its own; made when missing. Deleting it deletes everything that was stored. */
  dataDir: string
  /** A free one when not given. */
  port?: number
  onProgress?: (text: string) => void
  /** Settings for postgresql.conf. A server that runs already keeps those it was started with. */
  settings?: Record<string, string>
}

export interface Postgres extends AsyncDisposable {
  readonly port: number
  /** Of the database `postgres`, with the superuser's password. */
  readonly url: string
  urlOf(databaseName: string): string
  /** A copy of `template` when given; nobody may be connected to the template meanwhile. */
  createDatabase(name: string, options?: { template?: string }): Promise<void>
  /** Drops it if it exists, ending connections to it. */
  dropDatabase(name: string): Promise<void>
  /** Does nothing when it is not running. `immediate` is a crash in good order: the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Kills the server and its children without warning (`kill -9`), and waits until they are gone. */
  kill(): Promise<void>
  /** Starts again after `stop` or `kill`, on the same port and data. */
  start(): Promise<void>
}

/**
 * Starts a real PostgreSQL on 127.0.0.1, or takes over the one that a killed process left
 * running on the same data. It outlives this process unless stopped.
 *
 * @example
 * await using postgres = await startPostgres({ dataDir: '.data/postgres' })
 * await postgres.createDatabase('support')
 * const pool = new pg.Pool({ connectionString: postgres.urlOf('support') })
 *
 * @throws Error with one sentence that says what to do, when the folder cannot be used,
 * the port is taken, or the data is of another major version.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, settings = {}, onProgress = () => {} } = options
  const cluster = await openCluster(resolve(dataDir), onProgress)
  const port = await startPostmaster({ cluster, port: options.port, settings, onProgress })

  const urlOf = (databaseName: string) =>
    `postgres://postgres:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(databaseName)}`
  const url = urlOf('postgres')

  return {
    port,
    url,
    urlOf,
    createDatabase: (name, { template } = {}) =>
      execute(
        url,
        `CREATE DATABASE ${pg.escapeIdentifier(name)}${template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(template)}`}`,
      ),
    dropDatabase: (name) => execute(url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    stop: (mode = 'fast') => stopPostmaster(cluster, mode),
    async kill() {
      const pid = await postmasterPid(cluster)
      if (pid !== undefined) await killWithChildren(pid)
    },
    async start() {
      await startPostmaster({ cluster, port, settings, onProgress })
    },
    [Symbol.asyncDispose]: () => stopPostmaster(cluster, 'fast'),
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
