import type { Api, AppRouter, Caller, Context } from '@acme/api/server'
import cors from '@fastify/cors'
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ReportError } from './errors.ts'
import type { Origins } from './origins.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface HttpDoorOptions {
  api: Api
  origins: Origins
  cookie: SessionCookie
  reportError: ReportError
}

/** Queries and mutations of `/trpc` over HTTP. Subscriptions come through the socket door. */
export async function openHttpDoor(app: FastifyInstance, options: HttpDoorOptions): Promise<void> {
  const { api, origins, cookie, reportError } = options

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
    await scope.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router: api.router,
        allowBatching: false,
        allowMethodOverride: true,
        createContext: async ({ req, res }): Promise<Context> => ({
          caller: await identify(req),
          address: req.ip,
          transport: {
            type: 'http',
            setSessionCookie: (token) => res.header('set-cookie', cookie.write(token)),
          },
        }),
        onError: ({ error, path, type }) => reportError(error, { path, type }),
      },
    } satisfies FastifyTRPCPluginOptions<AppRouter>)
  })

  async function identify({ headers }: FastifyRequest): Promise<Caller> {
    const [, bearer] = /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? '') ?? []
    if (bearer) return api.callerOf(bearer)
    const token = cookie.read(headers.cookie)
    const site = headers['sec-fetch-site']?.toString()
    // The cookie counts on our own pages only: elsewhere somebody else would be acting for the admin.
    const own =
      headers.origin === undefined
        ? ['same-origin', 'none', undefined].includes(site)
        : origins.isOwn(headers.origin)
    return token !== null && own ? api.callerOf(token) : { type: 'anonymous' }
  }
}
