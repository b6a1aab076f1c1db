import { type Api, type AppRouter, type Caller, type Context, Refusal, refusalOf } from '@acme/api/server'
import cors from '@fastify/cors'
import { getTRPCErrorShape, TRPCError } from '@trpc/server'
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ReportError } from './errors.ts'
import type { HostCookie } from './host-cookie.ts'
import { createCallLimits, type HttpLimits } from './http-limits.ts'
import type { Origins } from './origins.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface ServeCallsOptions {
  api: Api
  origins: Origins
  cookie: SessionCookie
  deviceCookie: HostCookie
  reportError: ReportError
  /** For benchmarks and tests; the default suits people. */
  limits?: HttpLimits | undefined
}

/** Queries and mutations of `/trpc` over HTTP. Subscriptions come over the WebSocket. */
export async function serveCalls(app: FastifyInstance, options: ServeCallsOptions): Promise<void> {
  const { api, origins, cookie, deviceCookie, reportError, limits } = options

  // A scope of its own: the tRPC plugin replaces the JSON parser of the instance it is registered on.
  await app.register(async (scope) => {
    await scope.register(cors, {
      origin: (origin, done) => done(null, origins.isAllowed(origin)),
      methods: ['GET', 'POST'],
      allowedHeaders: ['authorization', 'content-type'],
      // Sessions of users travel in a header. Cookies are for our own pages alone.
      credentials: false,
      maxAge: 600,
    })
    scope.addHook('onRequest', async (request, reply) => {
      const { origin } = request.headers
      const foreign = origin !== undefined && !origins.isAllowed(origin)
      if (foreign) return reply.code(403).send({ error: 'This origin is not among ALLOWED_ORIGINS.' })
      reply.header('cache-control', 'no-store')
    })
    const callLimits = await createCallLimits(scope, presentedToken, limits)
    // Before anything of the body is read: what is refused must cost less than what it guards.
    scope.addHook('onRequest', async (request, reply) => {
      try {
        await callLimits.arrived(request)
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause
        return refuse(cause, request, reply)
      }
    })
    await scope.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router: api.router,
        allowBatching: false,
        allowMethodOverride: true,
        createContext: async ({ req, res }): Promise<Context> => {
          const token = presentedToken(req)
          const caller: Caller = token === null ? { type: 'anonymous' } : await api.callerOf(token)
          if (caller.type !== 'anonymous') await callLimits.authenticated(req)
          return {
            caller,
            address: req.ip,
            transport: {
              type: 'http',
              setSessionCookie: (token) => res.header('set-cookie', cookie.write(token)),
              deviceToken: isOwnPage(req) ? deviceCookie.read(req.headers.cookie) : null,
              // Fastify adds to the Set-Cookie header that is there.
              setDeviceCookie: (token) => res.header('set-cookie', deviceCookie.write(token)),
            },
          }
        },
        responseMeta: ({ errors: [error] }) => ({ headers: error ? retryAfter(refusalOf(error)) : {} }),
        onError: ({ error, path, type }) => reportError(error, { path, type }),
      },
    } satisfies FastifyTRPCPluginOptions<AppRouter>)
  })

  /** As everything is refused that the contract refuses. */
  function refuse(cause: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const [path = ''] = request.url.slice('/trpc/'.length).split('?')
    const error = new TRPCError({ code: 'TOO_MANY_REQUESTS', cause })
    const config = api.router._def._config
    reportError(error, { path, type: 'unknown' })
    const shape = getTRPCErrorShape({
      config,
      error,
      type: 'unknown',
      path,
      input: undefined,
      ctx: undefined,
    })
    return reply
      .code(shape.data.httpStatus)
      .headers(retryAfter(cause))
      .type('application/json')
      .send(JSON.stringify({ error: config.transformer.output.serialize(shape) }))
  }

  /** The token of the session that a request is made in, not yet looked up. */
  function presentedToken(request: FastifyRequest): string | null {
    const [, bearer] = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '') ?? []
    if (bearer) return bearer
    return isOwnPage(request) ? cookie.read(request.headers.cookie) : null
  }

  /** Cookies count on our own pages only: elsewhere somebody else would be acting for the admin. */
  function isOwnPage({ headers }: FastifyRequest): boolean {
    const site = headers['sec-fetch-site']?.toString()
    return headers.origin === undefined
      ? ['same-origin', 'none', undefined].includes(site)
      : origins.isOwn(headers.origin)
  }
}

function retryAfter(refusal: Refusal | null | undefined): Record<string, string> {
  const retryAfterMs = refusal?.details.retryAfterMs
  return retryAfterMs ? { 'retry-after': `${Math.ceil(retryAfterMs / 1_000)}` } : {}
}
