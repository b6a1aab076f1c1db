import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { READ_TIMEOUT } from './postgres-errors.ts'
import type { Tables } from './schema.ts'

/** Kysely over a pool, and the pool itself for named statements and the job queue. */
export class Db extends Kysely<Tables> {
  readonly pool: pg.Pool

  constructor(pool: pg.Pool) {
    super({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
    this.pool = pool
  }

  /** Ends the pool, also when nothing but named statements was asked, of which Kysely knows nothing. */
  override async destroy(): Promise<void> {
    await super.destroy()
    if (!this.pool.ended) await this.pool.end()
  }
}

export interface ConnectOptions {
  url: string
  /** Connections at most; 10 unless given. */
  max?: number
  /**
   * A statement that takes longer counts as a lost connection, in milliseconds; 0 waits for ever, as a migration may
   * have to. The server itself gives such a statement up a second earlier.
   */
  queryTimeoutMs?: number
  /**
   * For a pool whose statements find rows by arrays of ids: each is planned once per connection, to use indexes, whatever
   * its values are and also while its tables are small. Left to itself, Postgres plans a batch of one anew
   * each time, and in a young database keeps plans that read whole tables.
   */
  plansOnce?: boolean
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void
}

/** Between two statements of one transaction, which come one right after the other. */
const IDLE_IN_TRANSACTION_MS = 5_000

/** For statements that look rows up by key. JIT would be paid by each, where a table without an index is read. */
const LOOK_UPS = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]

/** Opens a pool. Nothing is connected until the first query. */
export function connect({
  url,
  max = 10,
  queryTimeoutMs = 10_000,
  plansOnce = false,
  onIdleError = () => {},
}: ConnectOptions): Db {
  const pool = new pg.Pool({
    connectionString: url,
    Client: clientEndingOnTimeout(queryTimeoutMs, distrustIdle),
    max,
    connectionTimeoutMillis: 5_000,
    // A server that vanished without a word is noticed by this and the clients' time-out alone.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A statement that is slow but alive ends at the server first, and its connection stays usable.
    ...(queryTimeoutMs > 1_000 && { statement_timeout: queryTimeoutMs - 1_000 }),
    // A process that is frozen in the middle of a transaction lets go of what it has locked.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    ...(plansOnce && { options: LOOK_UPS.map((setting) => `-c ${setting}`).join(' ') }),
    maxLifetimeSeconds: 600,
    application_name: 'acme-support-chat',
  })
  // Without handlers a connection's end takes the process down.
  pool.on('error', onIdleError)
  pool.on('connect', (client) => client.on('error', onIdleError))

  const idle = new Set<pg.PoolClient>()
  pool.on('acquire', (client) => idle.delete(client))
  pool.on('remove', (client) => idle.delete(client))
  pool.on('release', (error, client) => {
    if (!error) idle.add(client)
  })
  return new Db(pool)

  /** What made one connection silent (a network, a firewall, a frozen host) has most likely taken the idle ones too. */
  function distrustIdle(error: Error): void {
    // An idle client's error makes the pool throw it away.
    for (const client of [...idle]) client.emit('error', error)
  }
}

/**
 * A client whose connection ends with the first statement that was not answered in time. With a time-out of its own pg goes
 * on using it: the answer may still come, and until then every statement behind it waits in vain; Kysely and
 * graphile-worker then hand it back to the pool as if it were healthy.
 *
 * pg is always given a callback: for its promises and its time-out it assigns a function literal to a property of the
 * query, which V8 allocates among the old objects, where it keeps all rows until a full collection.
 */
function clientEndingOnTimeout(timeoutMs: number, onSilence: (error: Error) => void): typeof pg.Client {
  return class BoundedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config)
      // Not an override: its type has a dozen overloads, of which only the callback and the returned promise matter here.
      Object.defineProperty(this, 'query', {
        value: (...parameters: unknown[]): unknown => {
          while (parameters.length > 0 && parameters.at(-1) === undefined) parameters.pop()
          const last = parameters.at(-1)
          if (typeof last === 'function') {
            this.#ask(parameters.slice(0, -1), (error, result) =>
              Reflect.apply(last, undefined, [error, result]),
            )
            return
          }
          return new Promise((resolve, reject) => {
            this.#ask(parameters, (error, result) => (error ? reject(error) : resolve(result)))
          })
        },
      })
    }

    #ask(parameters: unknown[], done: (error: unknown, result?: unknown) => void): void {
      let late: NodeJS.Timeout | undefined
      let isDone = false
      const finish = (error: unknown, result?: unknown) => {
        if (isDone) return
        isDone = true
        clearTimeout(late)
        done(error, result)
      }
      Reflect.apply(super.query, this, [...parameters, finish])
      if (timeoutMs > 0) late = setTimeout(() => this.#silent(finish), timeoutMs)
    }

    #silent(finish: (error: Error) => void): void {
      const error = new Error(READ_TIMEOUT)
      finish(error)
      // With a statement under way this cuts the connection; what waits behind it fails at once.
      void this.end()
      onSilence(error)
    }
  }
}
