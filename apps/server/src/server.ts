import { type ApiOptions, createApi, ensureFirstAdmin } from '@acme/api/server'
import { connect, type Db, migrate } from '@acme/db'
import { Hub, relayThroughPostgres } from '@acme/realtime'
import { createMailer, runWorker } from '@acme/worker'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { createApp, serveOperations } from './app.ts'
import { createReportError } from './errors.ts'
import { openHttpDoor } from './http.ts'
import { createMetrics } from './metrics.ts'
import { createOrigins } from './origins.ts'
import { servePages } from './pages.ts'
import { repeat } from './repeat.ts'
import { createSessionCookie } from './session-cookie.ts'
import type { Settings } from './settings.ts'
import { openSocketDoor } from './socket.ts'

const SWEEP_MS = 2_000

/** Settings with nothing left open. */
export interface ServerSettings extends Settings {
  databaseUrl: string
  smtpUrl: string
  identitySecrets: readonly string[]
  sessionSecret: string
}

export interface ServerOptions {
  settings: ServerSettings
  /** Pages beside the product's own: the demo and the mailbox while trying it out. */
  extraPages?: (app: FastifyInstance) => Promise<void>
  /** Instead of the built pages: served from their sources while developing. */
  pages?: (app: FastifyInstance) => Promise<void>
  /** Another hub than a sound one, for faults on purpose. */
  hub?: Hub
  limits?: ApiOptions['limits']
}

export interface RunningServer {
  url: string
  /** Ends in order: takes no more work, finishes what it has, tells clients to come back. */
  stop: () => Promise<void>
}

/** Makes everything the product is made of, wires it, and listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings } = options
  const metrics = createMetrics()
  const app = createApp(settings)
  const { log } = app
  await using started = new AsyncDisposableStack()

  const onIdleError = (error: Error) => log.warn({ err: error }, 'database connection lost')
  const db = started.use(connect({ url: settings.databaseUrl, max: 12, onIdleError }))
  await ensureReachable(db, settings)
  await migrateWithPatience(settings)
  if (!(await ensureFirstAdmin(db, settings.firstAdmin))) {
    log.warn('Nobody can log in to the inbox. Set ADMIN_EMAIL and ADMIN_PASSWORD and start again.')
  }

  const hub = options.hub ?? new Hub()
  started.use(
    await relayThroughPostgres({
      hub,
      pool: db.pool,
      databaseUrl: settings.databaseUrl,
      onError: (error) => {
        metrics.relayFaults.inc()
        log.warn({ err: error }, 'hints between processes are interrupted')
      },
    }),
  )

  let ready = false
  serveOperations(app, db, metrics, () => ready)

  if (settings.role !== 'worker') {
    // Sending and repairing never queue behind what people read and search.
    const reserved = started.use(connect({ url: settings.databaseUrl, max: 4, onIdleError }))
    const api = await createApi({
      db,
      reserved,
      hub,
      identitySecrets: settings.identitySecrets,
      audience: settings.publicUrl,
      sessionSecret: settings.sessionSecret,
      replyEmailDelayMs: settings.replyEmailDelayMs,
      onError: (error) => log.warn({ err: error }, 'the inbox feed was interrupted'),
      ...(options.limits && { limits: options.limits }),
    })
    started.defer(() => api.close())
    started.use(repeat(api.sweep, SWEEP_MS, (error) => log.warn({ err: error }, 'a sweep failed')))

    const origins = createOrigins(settings)
    const cookie = createSessionCookie(settings)
    const reportError = createReportError(log, metrics)
    await openHttpDoor(app, { api, origins, cookie, reportError })
    await (options.pages ?? ((pages) => servePages(pages, origins)))(app)
    await options.extraPages?.(app)
    started.defer(() => app.close())
    const door = openSocketDoor({ server: app.server, api, hub, origins, cookie, metrics, reportError })
    started.defer(() => door.drain())
  } else {
    started.defer(() => app.close())
  }

  if (settings.role !== 'web') {
    const mailer = createMailer({ smtpUrl: settings.smtpUrl, from: settings.mailFrom })
    const worker = await runWorker({
      db,
      mailer,
      appName: settings.appName,
      replyEmailDelayMs: settings.replyEmailDelayMs,
      domain: new URL(settings.publicUrl).hostname,
      log: (level, message, facts) => log[level](facts ?? {}, message),
    })
    started.defer(() => worker.stop())
  }

  await app.listen({ host: settings.host, port: settings.port })
  ready = true
  started.defer(() => {
    ready = false
  })

  // Undone in the opposite order of making: readiness, jobs, sockets, HTTP, sweeps, hints, database.
  const stack = started.move()
  return { url: settings.publicUrl, stop: () => stack.disposeAsync() }
}

/** A migration may take as long as it takes. */
async function migrateWithPatience({ databaseUrl }: ServerSettings): Promise<void> {
  await using db = connect({ url: databaseUrl, max: 2, queryTimeoutMs: 0 })
  await migrate(db)
}

/** What a driver says of a database that is not there is no sentence that helps. */
async function ensureReachable(db: Db, { databaseUrl }: ServerSettings): Promise<void> {
  try {
    await sql`select 1`.execute(db)
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error]
    const reason = first instanceof Error ? first.message : String(first)
    throw new Error(
      `The database at ${new URL(databaseUrl).host} cannot be used: ${reason}. Check DATABASE_URL, and that Postgres is running.`,
    )
  }
}
