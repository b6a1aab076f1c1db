import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiOptions, createApi, ensureFirstAdmin } from '@acme/api/server'
import { connect, type Db, migrate } from '@acme/db'
import { Hub, relayThroughPostgres } from '@acme/realtime'
import { createLinks, createMailer, type RunningWorker, runWorker } from '@acme/worker'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { createApp, serveOperations } from './app.ts'
import { orderlyClose } from './close-http.ts'
import { createDeviceCookie } from './device-cookie.ts'
import { createReportError } from './errors.ts'
import type { HttpLimits } from './http-limits.ts'
import { addWorkerMetrics, createMetrics } from './metrics.ts'
import { createOrigins } from './origins.ts'
import { createOutage } from './outage.ts'
import { servePages } from './pages.ts'
import { repeat } from './repeat.ts'
import { serveCalls } from './serve-calls.ts'
import { createSessionCookie } from './session-cookie.ts'
import type { Settings } from './settings.ts'
import type { SocketLimits } from './socket/limits.ts'
import { serveSockets } from './socket/serve-sockets.ts'
import { serveUnsubscribing } from './unsubscribing/serve-unsubscribing.ts'
import { within } from './within.ts'

const SWEEP_MS = 2_000
/** Connections that wait to be accepted. Node's 511 overflows when thousands come back at once, and TCP then retries after seconds. */
const BACKLOG = 4_096
/** A database that takes longer for a sign of life is away. */
const ANSWERS_WITHIN_MS = 2_000
/** At the stop: calls over HTTP that are not answered by then are cut. */
const ANSWER_WITHIN_MS = 2_500
/** What is left open to a database that does not answer is left to the end of the process. */
const DISCONNECT_WITHIN_MS = 750
const FORGET_LIMITS_MS = 300_000

/** Settings with nothing left open. */
export interface ServerSettings extends Settings {
  databaseUrl: string
  smtpUrl: string
  identitySecrets: readonly string[]
  sessionSecret: string
}

export interface ServerOptions {
  settings: ServerSettings
  /** Breaks the start off; a server that runs is stopped by `stop`. */
  signal?: AbortSignal
  /** Pages beside the product's own: the demo and the mailbox while trying it out. */
  extraPages?: (app: FastifyInstance) => Promise<void>
  /** Instead of the built pages: served from their sources while developing. */
  pages?: (app: FastifyInstance) => Promise<void>
  /** Another hub than a sound one, for faults on purpose. */
  hub?: Hub
  limits?: ApiOptions['limits']
  socketLimits?: Partial<SocketLimits>
  httpLimits?: HttpLimits
}

export interface RunningServer {
  url: string
  /**
   * Ends in order: takes no more work, finishes what it has, tells clients to come back. Resolves within 5 s, also
   * when the database does not answer.
   */
  stop: () => Promise<void>
}

/**
 * Makes everything the product is made of, wires it, and listens.
 *
 * @throws when it cannot, or the signal aborts on the way; what was made by then is undone, within a second of a database
 * that does not answer.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const started = new AsyncDisposableStack()
  try {
    return await makeServer(options, started)
  } catch (error) {
    await disconnect(started)
    throw error
  }
}

async function makeServer(options: ServerOptions, started: AsyncDisposableStack): Promise<RunningServer> {
  const { settings, signal = new AbortController().signal } = options
  const metrics = createMetrics()
  const app = await createApp(settings)
  const { log } = app

  const ask = () => within(ANSWERS_WITHIN_MS, sql`select 1`.execute(reserved))
  const outage = createOutage({ log, metrics, probe: ask })
  const onIdleError = outage.suspected
  const db = started.use(connect({ url: settings.databaseUrl, max: 12, onIdleError }))
  // Sending, opening sockets, repairing and telling whether it works never queue behind what people read and search. Nor do
  // they behind one another: that many statements of theirs are under way at most.
  const reserved = started.use(connect({ url: settings.databaseUrl, max: 10, plansOnce: true, onIdleError }))
  await unlessAborted(signal, ensureReachable(db, settings))
  await unlessAborted(signal, migrateWithPatience(settings))
  if (!(await ensureFirstAdmin(db, settings.firstAdmin))) {
    log.warn('Nobody can log in to the inbox. Set ADMIN_EMAIL and ADMIN_PASSWORD and start again.')
  }

  const hub = options.hub ?? new Hub({ onError: (error) => log.error({ err: error }, 'a listener failed') })
  started.use(
    await relayThroughPostgres({
      hub,
      pool: db.pool,
      databaseUrl: settings.databaseUrl,
      onError: (error) => {
        metrics.relayFaults.inc()
        outage.suspected(error)
      },
    }),
  )

  let ready = false
  let worker: RunningWorker | undefined
  const { role } = settings
  const links = createLinks({ secret: settings.sessionSecret, publicUrl: settings.publicUrl })
  const closeHttp = orderlyClose(app)
  serveOperations(app, { db: reserved, metrics, role, isReady: () => ready, worker: () => worker })
  const toStop: (() => Promise<void>)[] = [() => closeHttp(ANSWER_WITHIN_MS)]
  /** What is done again and again anyway notices when the database is back. */
  let probe = async () => {
    await ask()
  }

  if (settings.role !== 'worker') {
    const api = await createApi({
      db,
      reserved,
      hub,
      identitySecrets: settings.identitySecrets,
      audience: settings.publicUrl,
      sessionSecret: settings.sessionSecret,
      replyEmailDelayMs: settings.replyEmailDelayMs,
      onError: outage.noticed,
      ...(options.limits && { limits: options.limits }),
    })
    started.defer(() => api.close())
    probe = api.sweep
    started.use(repeat(api.forgetExpiredLimits, FORGET_LIMITS_MS, outage.noticed))

    const origins = createOrigins(settings)
    const cookie = createSessionCookie(app, settings)
    const deviceCookie = createDeviceCookie(app, settings)
    const reportError = createReportError(log, metrics, outage)
    await serveSockets(app, { api, hub, origins, cookie, metrics, reportError, limits: options.socketLimits })
    await serveCalls(app, {
      api,
      origins,
      cookie,
      deviceCookie,
      reportError,
      limits: options.httpLimits,
    })
    await serveUnsubscribing(app, { db, links })
    await (options.pages ?? ((pages) => servePages(pages, origins)))(app)
    await options.extraPages?.(app)
  }
  started.use(repeat(() => outage.endsWith(probe), SWEEP_MS, outage.noticed))

  // From here on nothing waits for long: it is started whole, and stopped in order.
  signal.throwIfAborted()
  if (settings.role !== 'web') {
    // Its own connections: no amount of reading keeps a mail from being sent, nor the job loop from looking.
    const jobs =
      settings.role === 'worker'
        ? db
        : started.use(connect({ url: settings.databaseUrl, max: 8, onIdleError }))
    const mailer = createMailer({ smtpUrl: settings.smtpUrl, from: settings.mailFrom })
    started.defer(() => mailer.close())
    const running = await runWorker({
      db: jobs,
      mailer,
      replyEmailDelayMs: settings.replyEmailDelayMs,
      reply: {
        appName: settings.appName,
        domain: new URL(settings.publicUrl).hostname,
        chatUrl: settings.chatUrl,
        links,
      },
      log: (level, message, facts) => log[level](facts ?? {}, message),
    })
    toStop.push(() => running.stop())
    addWorkerMetrics(metrics, reserved, running)
    worker = running
  }

  const stopWork = async () => {
    // Side by side: none of them waits for another, and each has its own bound.
    await Promise.all(toStop.map((end) => end()))
  }
  await app
    .listen({ host: settings.host, port: settings.port, backlog: BACKLOG })
    .catch(async (error: unknown) => {
      await stopWork()
      throw error
    })
  ready = true

  return {
    url: settings.publicUrl,
    async stop() {
      ready = false
      await stopWork()
      // Then in the opposite order of making: sweeps, hints, database.
      await disconnect(started)
    },
  }
}

async function disconnect(started: AsyncDisposableStack): Promise<void> {
  await Promise.race([started.disposeAsync(), sleep(DISCONNECT_WITHIN_MS, undefined, { ref: false })])
}

/** Waits for the work, or rejects as soon as the signal aborts; the work itself goes on. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
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
