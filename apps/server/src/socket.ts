import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, type Caller, type Context, sessionTopic } from '@acme/api/server'
import type { Hub } from '@acme/realtime'
import { getWSConnectionHandler } from '@trpc/server/adapters/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { ReportError } from './errors.ts'
import type { Metrics } from './metrics.ts'
import type { Origins } from './origins.ts'
import type { SessionCookie } from './session-cookie.ts'
import { boundSocket, drained } from './socket-bounds.ts'

const MAX_FRAME_BYTES = 64 * 1024
const MAX_CALLS_PER_FRAME = 100
const MAX_SOCKETS_PER_USER = 20
const AUTHENTICATION_MS = 5_000
const FLUSH_MS = 2_000
const GOODBYE_MS = 500

/** Close codes: below 4500 the client comes back, from 4500 on its session is of no use any more. */
const CLOSE = {
  restarting: [1012, 'The server is restarting'],
  tooSlow: [4008, 'You are not reading what you asked for'],
  tooMuch: [4029, 'Too many calls'],
  notAuthenticated: [4502, 'No session was presented in time'],
  sessionEnded: [4503, 'The session has ended'],
  tooManySockets: [4504, 'Too many connections of one user'],
} as const

export interface SocketDoorOptions {
  server: Server
  api: Api
  hub: Hub
  origins: Origins
  cookie: SessionCookie
  metrics: Metrics
  reportError: ReportError
}

export interface SocketDoor {
  /** Takes no more connections, answers what is in flight, and tells every client to come back. */
  drain: () => Promise<void>
}

/**
 * The WebSocket door of `/trpc`. tRPC speaks behind it; what it leaves open is closed here: who may connect,
 * how long one may stay a stranger, how much one may ask for or leave unread, and how it all ends.
 */
export function openSocketDoor(options: SocketDoorOptions): SocketDoor {
  const { server, api, hub, origins, cookie, metrics, reportError } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  })
  const perUser = new Map<string, number>()
  const greetings = new WeakMap<WebSocket, Greeting>()
  let draining = false

  const serve = getWSConnectionHandler({
    wss: sockets,
    router: api.router,
    createContext: async ({ req, res: socket, info }): Promise<Context> => {
      const greeting = greetings.get(socket)
      if (!greeting) throw new Error('A socket that did not come through this door')
      const caller = await identify(req, info.connectionParams)
      if (caller.type !== 'anonymous') greeting.welcome(caller)
      return {
        caller,
        address: req.socket.remoteAddress ?? '',
        transport: {
          type: 'socket',
          drained: (signal) => drained(socket, signal),
          calls: greeting.calls,
          subscriptions: greeting.subscriptions,
        },
      }
    },
    maxBatchSize: MAX_CALLS_PER_FRAME,
    keepAlive: { enabled: true, pingMs: 15_000, pongWaitMs: 5_000 },
    onError: ({ error, path, type }) => reportError(error, { path, type }),
  })

  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    const refusal = whyNot(request)
    if (refusal) refuse(stream, refusal)
    else sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, request))
  })

  function whyNot({ url = '', headers }: IncomingMessage): string | null {
    if (url.split('?')[0] !== '/trpc') return '404 Not Found'
    if (draining) return '503 Service Unavailable'
    const { origin } = headers
    // A browser always says where a page is from. What brings the admin's cookie must be one, and a page of ours.
    if (cookie.read(headers.cookie) !== null) return origins.isAllowed(origin) ? null : '403 Forbidden'
    return origin === undefined || origins.isAllowed(origin) ? null : '403 Forbidden'
  }

  async function identify({ headers }: IncomingMessage, parameters: unknown): Promise<Caller> {
    const presented = z.object({ token: z.string().max(200) }).safeParse(parameters)
    if (presented.success) return api.callerOf(presented.data.token)
    const token = cookie.read(headers.cookie)
    return token !== null && origins.isOwn(headers.origin) ? api.callerOf(token) : { type: 'anonymous' }
  }

  function accept(socket: WebSocket, request: IncomingMessage): void {
    metrics.sockets.inc()
    const close = (reason: keyof typeof CLOSE) => {
      metrics.socketsClosed.inc({ reason })
      const [code, text] = CLOSE[reason]
      socket.close(code, text)
      // A peer that is gone or does not read never answers the goodbye.
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref()
    }
    const ends: (() => void)[] = []
    const deadline = setTimeout(() => close('notAuthenticated'), AUTHENTICATION_MS)

    greetings.set(socket, {
      calls: { count: 0 },
      subscriptions: { count: 0 },
      welcome({ userId, sessionId }) {
        clearTimeout(deadline)
        if (socket.readyState !== socket.OPEN) return
        const count = (perUser.get(userId) ?? 0) + 1
        perUser.set(userId, count)
        ends.push(() => {
          const left = (perUser.get(userId) ?? 1) - 1
          if (left > 0) perUser.set(userId, left)
          else perUser.delete(userId)
        })
        if (count > MAX_SOCKETS_PER_USER) close('tooManySockets')
        ends.push(hub.listen(sessionTopic(sessionId), () => close('sessionEnded')))
      },
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      metrics.sockets.dec()
      clearTimeout(deadline)
      for (const end of ends) end()
    })
    boundSocket(socket, { onTooSlow: () => close('tooSlow'), onTooMuch: () => close('tooMuch') })
    serve(socket, request)
  }

  return {
    async drain() {
      draining = true
      const open = [...sockets.clients]
      // What has not been read yet is not ours to answer; its senders will ask again elsewhere.
      for (const socket of open) socket.pause()
      const until = Date.now() + FLUSH_MS
      // A database that is silent must not keep us from saying goodbye.
      await Promise.race([api.idle(), sleep(FLUSH_MS, undefined, { ref: false })])
      while (Date.now() < until && open.some((socket) => isBusy(socket)))
        await new Promise((r) => setTimeout(r, 10))
      await Promise.all(open.map((socket) => sayGoodbye(socket)))
    },
  }

  function isBusy(socket: WebSocket): boolean {
    const calls = greetings.get(socket)?.calls.count ?? 0
    return socket.readyState === socket.OPEN && (calls > 0 || socket.bufferedAmount > 0)
  }
}

interface Greeting {
  calls: { count: number }
  subscriptions: { count: number }
  /** To be called once it is known who is there. */
  welcome: (caller: Exclude<Caller, { type: 'anonymous' }>) => void
}

function sayGoodbye(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve()
  return new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), GOODBYE_MS)
    socket.once('close', () => {
      clearTimeout(late)
      resolve()
    })
    socket.removeAllListeners('message')
    socket.close(...CLOSE.restarting)
    socket.resume()
  })
}

function refuse(stream: Duplex, status: string): void {
  // Ending is only our half; a peer that keeps its own would hold the descriptor, and HTTP's time-outs are off here.
  stream.once('finish', () => stream.destroy())
  setTimeout(() => stream.destroy(), GOODBYE_MS).unref()
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
