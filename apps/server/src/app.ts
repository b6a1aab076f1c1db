import { randomUUID } from 'node:crypto'
import type { Db } from '@acme/db'
import type { RunningWorker } from '@acme/worker'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { HTTP_TIMEOUTS, type HttpTimeouts, timeouts } from './http-timeouts.ts'
import type { Metrics } from './metrics.ts'
import type { Settings } from './settings.ts'
import { guardUpgrades } from './socket/upgrade-guard.ts'
import { within } from './within.ts'

const MAX_BODY_BYTES = 64 * 1024
const YEAR_S = 31_536_000
/** Sooner than what asks gives up. */
const DATABASE_ANSWERS_WITHIN_MS = 2_000

/** Fastify as we want it: no personal data in logs, no guesses about proxies, the same headers everywhere. */
export async function createApp(
  settings: Settings,
  times: HttpTimeouts = HTTP_TIMEOUTS,
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    ...timeouts(times),
    routerOptions: { maxParamLength: 200 },
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    genReqId: () => randomUUID(),
    logger: {
      level: settings.logLevel,
      serializers: {
        // Of a database's error not its `detail`, `where` and the like: they repeat what somebody wrote.
        err: (error: Error & { code?: unknown }) => ({
          type: error.name,
          code: error.code,
          message: error.message,
          stack: error.stack ?? '',
        }),
        // The path without its query: inputs of queries travel there.
        req: (request: FastifyRequest) => ({ method: request.method, path: request.url.split('?')[0] }),
      },
    },
    forceCloseConnections: 'idle',
  })
  guardUpgrades(app)
  // Fastify's own handler logs the whole address, query included.
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }))
  await app.register(cookie)
  await app.register(helmet, {
    // Each page has one of its own.
    contentSecurityPolicy: false,
    // Whether other hosts of the domain speak https is not ours to say.
    strictTransportSecurity: settings.publicUrl.startsWith('https:') && {
      maxAge: YEAR_S,
      includeSubDomains: false,
    },
  })
  return app
}

export interface Operations {
  db: Db
  metrics: Metrics
  role: Settings['role']
  isReady: () => boolean
  /** Undefined in a process that runs none, and before it is started. */
  worker: () => RunningWorker | undefined
}

/**
 * For load balancers, orchestrators and Prometheus. A process that is only a worker is not ready without a job loop; one
 * that also serves stays ready, and says so: chats go on without mail, and would stop with it if traffic were taken away.
 */
export function serveOperations(
  app: FastifyInstance,
  { db, metrics, role, isReady, worker }: Operations,
): void {
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    if (!isReady()) return reply.code(503).send({ ok: false, why: 'The server is starting or stopping.' })
    try {
      await within(DATABASE_ANSWERS_WITHIN_MS, sql`select 1`.execute(db))
    } catch {
      return reply.code(503).send({ ok: false, why: 'The database does not answer.' })
    }
    if (worker()?.isAlive() ?? true) return { ok: true }
    if (role === 'worker') {
      return reply
        .code(503)
        .send({ ok: false, why: 'The worker has not looked for jobs for 10 s; it is being restarted.' })
    }
    return { ok: true, worker: 'restarting' }
  })
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}
