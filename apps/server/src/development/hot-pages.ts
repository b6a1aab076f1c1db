import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { createServer } from 'vite'
import { LOADER_HEADERS, PANEL_HEADERS } from '../pages.ts'

const APPS = { '/widget/': '../../../widget/', '/admin/': '../../../admin/' }

/** In a page that knows no modules: fetches the loader's source as one. */
const LOADER = `import('/widget/src/loader/index.ts')`

/** `pnpm dev`: the pages from their sources, with hot reload, on the server's own port. */
export function hotPages(started: AsyncDisposableStack) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const [base, folder] of Object.entries(APPS)) {
      const root = fileURLToPath(new URL(folder, import.meta.url))
      const vite = await createServer({
        root,
        base,
        configFile: `${root}vite.config.ts`,
        server: { middlewareMode: true, ws: { port: 24_678 + Object.keys(APPS).indexOf(base) } },
      })
      started.defer(() => vite.close())
      app.all(`${base}*`, base === '/widget/' ? PANEL_HEADERS : {}, (request, reply) => {
        reply.hijack()
        vite.middlewares(request.raw, reply.raw, () => {
          reply.raw.statusCode = 404
          reply.raw.end()
        })
      })
      app.all(base.slice(0, -1), (_request, reply) => reply.redirect(base))
    }
    app.get('/widget.js', LOADER_HEADERS, (_request, reply) => reply.type('text/javascript').send(LOADER))
  }
}
