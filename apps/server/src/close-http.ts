import type { FastifyInstance } from 'fastify'

const LOOK_EVERY_MS = 50

/**
 * Prepares an ordered end of HTTP; to be called before routes are added. The returned function takes no more
 * connections, answers what is under way, and resolves when every connection is closed; those that are not by
 * `withinMs` are cut.
 *
 * Fastify closes idle connections once: one that becomes idle later, as a proxy's kept connection does when its call
 * is answered, would hold the end until its keep-alive time is over.
 */
export function orderlyClose(app: FastifyInstance): (withinMs: number) => Promise<void> {
  let closing = false
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  return async (withinMs) => {
    closing = true
    const idle = setInterval(() => app.server.closeIdleConnections(), LOOK_EVERY_MS)
    const late = setTimeout(() => app.server.closeAllConnections(), withinMs)
    try {
      await app.close()
    } finally {
      clearInterval(idle)
      clearTimeout(late)
    }
  }
}
