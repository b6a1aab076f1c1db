import type { IncomingMessage } from 'node:http'
import {
  type Api,
  type Caller,
  type Context,
  languageTag,
  Refusal,
  refusalOf,
  sessionTopic,
} from '@acme/api/server'
import { CLOSE_CODES } from '@acme/client/close-codes'
import type { Hub } from '@acme/realtime'
import { type CloseCode, createSocketHandler, type Overload } from '@acme/socket'
import websocket from '@fastify/websocket'
import { TRPCError } from '@trpc/server'
import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { ReportError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Origins } from '../origins.ts'
import type { SessionCookie } from '../session-cookie.ts'
import { admitSockets } from './admission.ts'
import { SOCKET_LIMITS, type SocketLimits } from './limits.ts'
import { SocketsOfPeople } from './people.ts'
import { SOCKET_PATH } from './upgrade-guard.ts'

export interface SocketOptions {
  api: Api
  hub: Hub
  origins: Origins
  cookie: SessionCookie
  metrics: Metrics
  reportError: ReportError
  /** For benchmarks; the default suits people. */
  limits?: Partial<SocketLimits> | undefined
}

/**
 * WebSockets at `/trpc`: @fastify/websocket carries the connection, @acme/socket speaks tRPC's protocol on it. What is
 * decided here is who may connect and as whom, and when a socket ends with its session.
 */
export async function serveSockets(app: FastifyInstance, options: SocketOptions): Promise<void> {
  const { api, hub, origins, cookie, metrics, reportError } = options
  const limits = { ...SOCKET_LIMITS, ...options.limits }
  const people = new SocketsOfPeople(limits.socketsPerPerson)
  /** What ends with a socket whose session is known. */
  const ends = new WeakMap<WebSocket, () => void>()
  let isDraining = false

  const handler = createSocketHandler({
    router: api.router,
    createContext,
    parseInput: api.parseInput,
    stringify: api.stringifyOutput,
    owner: ({ caller }) => (caller.type === 'anonymous' ? null : caller.userId),
    charge: ({ caller }, calls) => (caller.type === 'anonymous' ? 0 : api.chargeCalls(caller.userId, calls)),
    overload,
    onError: ({ error, path, type }) => reportError(error, { path, type }),
    onClose({ socket, cause }) {
      metrics.sockets.dec()
      if (cause) metrics.socketsClosed.inc({ reason: cause })
      ends.get(socket)?.()
    },
    codes: {
      restarting: code('restarting'),
      tooSlow: code('tooSlow'),
      tooManyFrames: code('tooManyFrames'),
      notAuthenticated: code('notAuthenticated'),
      contextFailed,
    },
    limits: limits.adapter,
  })

  // The hooks of admission stand before the plugin's own, which upgrade.
  const admission = admitSockets(app, {
    origins,
    cookie,
    isDraining: () => isDraining,
    unauthenticatedPerAddress: limits.unauthenticatedPerAddress,
    strangersPerAddress: limits.strangersPerAddress,
  })
  await app.register(websocket, {
    options: {
      maxPayload: limits.frameBytes,
      maxFragments: limits.fragments,
      perMessageDeflate: false,
    },
    // What a peer does to its own socket (an oversized frame, bad UTF-8, a reset) is no error of ours.
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: async () => {
      isDraining = true
      // An upgrade that comes now would pass by the hooks, and hold the end of the server.
      app.server.removeAllListeners('upgrade')
      app.server.on('upgrade', (_request, stream) => {
        stream.on('error', () => stream.destroy())
        stream.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
          stream.destroy(),
        )
      })
      await handler.drain(api.idle())
    },
  })
  // Headers for pages are no use on a socket, and cost each one more than its session.
  app.get(SOCKET_PATH, { websocket: true, helmet: false }, (socket, request) => {
    metrics.sockets.inc()
    // Of what came with the upgrade nothing lives as long as the socket: it was half of an idle follower's memory.
    admission.upgraded(request.raw)
    // The plugin's listener holds the request and its reply; the adapter has one of its own.
    socket.removeAllListeners('error')
    handler.serve(socket, request.raw)
  })

  async function createContext({
    req,
    res: socket,
    info,
  }: {
    req: IncomingMessage
    res: WebSocket
    info: { connectionParams: unknown }
  }): Promise<Context> {
    const presented = presentedSession.safeParse(info.connectionParams)
    const caller = await identifyOrForgive(req, presented.data?.token)
    admission.leave(req)
    if (caller.type === 'anonymous') throw new Refusal('session_missing')
    admission.forgive(req)
    noteLanguage(caller, presented.data?.language)
    const context: Context = { caller, address: admission.addressOf(req), transport: { type: 'socket' } }
    if (!people.enter(caller.userId)) {
      // Closed and not refused: whoever opens too many pays for what they have sent.
      metrics.socketsClosed.inc({ reason: 'tooManySockets' })
      handler.close(socket, ...code('tooManySockets'))
      return context
    }
    const stopListening = hub.listen(sessionTopic(caller.sessionId), () => {
      metrics.socketsClosed.inc({ reason: 'sessionEnded' })
      handler.close(socket, ...code('sessionEnded'))
    })
    const end = () => {
      stopListening()
      people.leave(caller.userId)
    }
    // It may be gone already, and will not be told of again.
    if (socket.readyState === socket.OPEN) ends.set(socket, end)
    else end()
    return context
  }

  /** Nobody waits for it, and without it emails are in the language before. */
  function noteLanguage(caller: Caller, language: string | undefined): void {
    if (caller.type !== 'user' || language === undefined || language === caller.language) return
    api.keepLanguage(caller.userId, language).catch((cause: unknown) => {
      reportError(new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause }), {
        path: undefined,
        type: 'unknown',
      })
    })
  }

  /** A function of its own: a closure over the request, beside those that live as long as the socket, would keep it as long. */
  async function identifyOrForgive(request: IncomingMessage, presented: string | undefined): Promise<Caller> {
    try {
      return await identify(request, presented)
    } catch (error) {
      admission.forgive(request)
      throw error
    }
  }

  async function identify({ headers }: IncomingMessage, presented: string | undefined): Promise<Caller> {
    if (presented !== undefined) return api.callerOf(presented)
    const token = cookie.read(headers.cookie)
    return token !== null && origins.isOwn(headers.origin) ? api.callerOf(token) : { type: 'anonymous' }
  }
}

/** What a client sends as connection parameters. */
const presentedSession = z.object({
  token: z.string().max(200),
  language: languageTag.optional().catch(undefined),
})

function code(name: keyof typeof CLOSE_CODES): CloseCode {
  return [CLOSE_CODES[name].code, CLOSE_CODES[name].reason]
}

/** A socket whose session could not be told is closed; only one without a session needs another one. */
function contextFailed(error: TRPCError): CloseCode {
  switch (refusalOf(error)?.reason) {
    case 'session_missing':
      return code('sessionEnded')
    default:
      return code('unavailable')
  }
}

function overload(reason: Overload): unknown {
  switch (reason) {
    case 'tooManySubscriptions':
      return new Refusal('too_many_subscriptions')
    case 'batchTooLarge':
      return new TRPCError({ code: 'BAD_REQUEST', message: 'Too many calls in one frame. Send fewer.' })
    default:
      return new Refusal('rate_limited', { retryAfterMs: 1_000 })
  }
}
