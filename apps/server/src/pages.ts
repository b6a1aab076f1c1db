import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import compress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, RouteShorthandOptions } from 'fastify'
import type { Origins } from './origins.ts'

const WIDGET = fileURLToPath(new URL('../../widget/dist/', import.meta.url))
const ADMIN = fileURLToPath(new URL('../../admin/dist/', import.meta.url))

const YEAR_S = 31_536_000

/** Every page may fetch the loader. */
export const LOADER_HEADERS = {
  helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } },
} satisfies RouteShorthandOptions
/** Other sites frame the panel: who may, its `frame-ancestors` says. */
export const PANEL_HEADERS = {
  helmet: { xFrameOptions: false, crossOriginResourcePolicy: false },
} satisfies RouteShorthandOptions

/** The built pages: the loader, the panel in its frame, the inbox. */
export async function servePages(root: FastifyInstance, { embedding }: Origins): Promise<void> {
  for (const folder of [WIDGET, ADMIN]) {
    if (!existsSync(folder)) throw new Error(`${folder} is missing. Build the apps first: pnpm build`)
  }
  // A scope of its own: compression is for what is the same for everybody, where nothing secret stands.
  await root.register(async (app) => {
    const panelPolicy = policy(["'self'", ...embedding].join(' '))
    const inboxPolicy = policy("'none'")

    await app.register(compress, { encodings: ['br', 'gzip'], threshold: 1_024 })
    await app.register(fastifyStatic, { root: WIDGET, serve: false })
    const send = (reply: FastifyReply, root: string, path: string, contentSecurityPolicy: string) => {
      const hashed = path.startsWith('assets/')
      reply.header('content-security-policy', contentSecurityPolicy)
      reply.header('cache-control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache')
      return reply.sendFile(path, root, { cacheControl: false })
    }

    app.get('/widget.js', LOADER_HEADERS, (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      return reply.sendFile('widget.js', WIDGET, { cacheControl: false })
    })
    app.get('/widget', (_request, reply) => reply.redirect('/widget/'))
    app.get<{ Params: { '*': string } }>('/widget/*', PANEL_HEADERS, ({ params }, reply) =>
      send(reply, WIDGET, params['*'] || 'index.html', panelPolicy),
    )
    app.get('/admin', (_request, reply) => reply.redirect('/admin/'))
    app.get<{ Params: { '*': string } }>('/admin/*', ({ params }, reply) => {
      const path = params['*']
      // Every other path is a place inside the inbox.
      return send(reply, ADMIN, path.startsWith('assets/') ? path : 'index.html', inboxPolicy)
    })
  })
}

function policy(frameAncestors: string): string {
  return `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors ${frameAncestors}`
}
