import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where sockets are opened; everywhere else an upgrade is refused. */
export const SOCKET_PATH = '/trpc'
/** A peer that does not read the refusal, or keeps its own half open, is cut after this. */
const REFUSED_WITHIN_MS = 500

export function isUpgrade({ raw }: FastifyRequest): boolean {
  return raw.headers.upgrade !== undefined && /\bupgrade\b/i.test(raw.headers.connection ?? '')
}

export function isForSockets(request: FastifyRequest): boolean {
  return request.url.split('?')[0] === SOCKET_PATH
}

/** Answers an upgrade as HTTP, and lets the connection go. */
export function refuseUpgrade(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  error: string,
): void {
  const { socket } = request.raw
  // HTTP's time-outs do not hold for a connection that asked for an upgrade.
  const late = setTimeout(() => socket.destroy(), REFUSED_WITHIN_MS)
  socket.once('close', () => clearTimeout(late))
  reply.raw.once('finish', () => socket.destroySoon())
  reply.code(status).header('connection', 'close').send({ error })
}

/**
 * The first hook of all, for upgrades on whatever path. It must not be async: Node takes its own listener off the socket,
 * and a peer that resets its connection while a hook is awaited would be an uncaught error. @fastify/websocket (11.3.6)
 * listens as well, but does not promise to.
 */
export function guardUpgrades(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isUpgrade(request)) return done()
    const { socket } = request.raw
    socket.on('error', () => socket.destroy())
    if (isForSockets(request)) return done()
    refuseUpgrade(request, reply, 404, 'There is no socket here.')
  })
}
