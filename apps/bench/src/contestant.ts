import { freePort, type Postgres } from '@acme/local'
import { type Database, openDatabase } from './database.ts'
import { useServer } from './load/commands.ts'
import { type Child, startChild } from './processes/start-child.ts'
import { addressOf, type Kind, startServer } from './servers/servers.ts'

/** The database that every contestant's is a copy of: migrated, with an admin. */
const TEMPLATE = 'template_bench'

/** One of the servers with a database of its own. */
export interface Contestant extends AsyncDisposable {
  readonly kind: Kind
  readonly database: Database
  readonly port: number
  /** The server's process; another one after `start`. */
  readonly server: Child
  /** Starts the server again after it was killed, at the same port. */
  start: () => Promise<Child>
  /** A process that speaks to this server, and ends with it. */
  startLoad: () => Promise<Child>
}

/** Lets the product make its schema and its first admin, once. */
export async function makeTemplate(postgres: Postgres, signal: AbortSignal): Promise<void> {
  await postgres.createDatabase(TEMPLATE)
  await using _ = await startServer({
    kind: 'ours',
    databaseUrl: postgres.urlOf(TEMPLATE),
    port: await freePort(),
    signal,
  })
}

export interface ContestantOptions {
  postgres: Postgres
  kind: Kind
  /** Whether the product keeps its own limits. */
  isGuarded?: boolean
  /** Ends its processes at once. */
  signal: AbortSignal
}

export async function startContestant({
  postgres,
  kind,
  isGuarded = false,
  signal,
}: ContestantOptions): Promise<Contestant> {
  await using made = new AsyncDisposableStack()
  const name = `${kind}_${crypto.randomUUID().replaceAll('-', '')}`
  await postgres.createDatabase(name, { template: TEMPLATE })
  made.defer(() => postgres.dropDatabase(name))
  const database = await openDatabase(postgres.urlOf(name))
  made.defer(() => database.close())
  const options = { kind, databaseUrl: database.url, port: await freePort(), isGuarded, signal }
  let server = await startServer(options)
  made.defer(() => server[Symbol.asyncDispose]())
  const address = await addressOf(kind, options.port, await database.epoch())

  const stack = made.move()
  return {
    kind,
    database,
    port: options.port,
    get server() {
      return server
    },
    async start() {
      server = await startServer(options)
      return server
    },
    async startLoad() {
      const load = stack.use(
        await startChild(new URL('./load/load-process.ts', import.meta.url), { env: {}, signal }),
      )
      await load.ask(useServer, address)
      return load
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
