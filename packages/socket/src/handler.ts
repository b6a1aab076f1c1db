import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AnyTRPCRouter, type inferRouterContext, TRPCError } from '@trpc/server'
import type { CreateWSSContextFnOptions } from '@trpc/server/adapters/ws'
import type { RawData, WebSocket } from 'ws'
import type { Adapter, Overload, SocketClosed } from './adapter.ts'
import { CLOSE_CODES, type CloseCodes } from './close-codes.ts'
import { Connection } from './connection.ts'
import { createEncoding, RECONNECT, type Stringify } from './encoding.ts'
import type { Failure } from './failure.ts'
import { receive } from './incoming.ts'
import { LIMITS, type Limits } from './limits.ts'
import { Flusher } from './outgoing.ts'
import { TimerWheel } from './timer-wheel.ts'

const POLL_MS = 10

export interface SocketHandlerOptions<Router extends AnyTRPCRouter, Context = inferRouterContext<Router>> {
  router: Router
  /** Makes the context of a socket, once. What it throws is sent, and the socket closed. */
  createContext: (options: CreateWSSContextFnOptions) => Context | Promise<Context>
  /** Hears of every error that a call or a context ends with, and of those that nobody is answered with. */
  onError: (failure: Failure<Context> & { socket: WebSocket }) => void
  /** Hears once of every socket that is gone. A context that is made after that is dropped. */
  onClose?: (closed: SocketClosed<Context>) => void
  /** Charges for calls and begun subscriptions; gives how many of them may run. All may run without it. */
  charge?: (ctx: Context, calls: number) => number
  /** The error for calls that are turned away. */
  overload?: (reason: Overload, ctx: Context | undefined) => unknown
  /** Reads `params.input`; the router's transformer does without it. What it throws is a PARSE_ERROR. */
  parseInput?: (input: unknown) => unknown
  /** Writes what the router's output transformer and JSON.stringify would write. */
  stringify?: Stringify
  limits?: Partial<Limits>
  codes?: Partial<CloseCodes>
  /** Milliseconds that never go back. */
  now?: () => number
}

export interface SocketHandler {
  /**
   * Serves the router on an open WebSocket. `request` is the upgrade's, and is let go when there is a context;
   * `stream` is what the WebSocket runs over, unless that is the request's own socket.
   */
  serve: (socket: WebSocket, request: IncomingMessage, stream?: Duplex) => void
  /** Closes a socket, and cuts it off if the peer does not answer: at the end of its session, for example. */
  close: (socket: WebSocket, code: number, reason: string) => void
  /** Asks every client to open a new connection, which it does before it lets this one go. */
  askToReconnect: () => void
  /**
   * Takes no more sockets and reads no more frames, waits for the calls under way, for `idle` and for their answers
   * to be sent (at most `flushMs`), and closes every socket.
   */
  drain: (idle?: Promise<unknown>) => Promise<void>
  counts: () => SocketCounts
}

export interface SocketCounts {
  sockets: number
  subscriptions: number
  callsUnderWay: number
  unsentBytes: number
  /** Sockets that wait for something. */
  timed: number
}

/** A handler of WebSockets that serves a tRPC router on them; see the README for the protocol and the bounds. */
export function createSocketHandler<Router extends AnyTRPCRouter>(
  options: SocketHandlerOptions<Router>,
): SocketHandler {
  type Context = inferRouterContext<Router>
  const { router, createContext, onError } = options
  const { transformer } = router._def._config
  const now = options.now ?? (() => performance.now())
  const limits = { ...LIMITS, ...options.limits }
  const adapter: Adapter<Context> = {
    router,
    createContext,
    onError,
    limits,
    now,
    codes: { ...CLOSE_CODES, ...options.codes },
    encoding: createEncoding(
      options.stringify ?? ((value) => JSON.stringify(transformer.output.serialize(value))),
    ),
    wheel: new TimerWheel(now),
    flusher: new Flusher(),
    parseInput: options.parseInput ?? ((input) => transformer.input.deserialize(input)),
    charge: options.charge ?? ((_ctx, calls) => calls),
    overload: options.overload ?? overloadError,
    onClose: options.onClose ?? (() => undefined),
  }
  const connections = new Map<WebSocket, Connection<Context>>()
  let isDraining = false

  // One listener each for all sockets: the socket is `this`.
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const connection = connections.get(this)
    if (connection) receive(connection, data, isBinary)
  }
  function onControlFrame(this: WebSocket): void {
    connections.get(this)?.hear()
  }
  function onSocketError(this: WebSocket): void {
    connections.get(this)?.broken()
  }
  function onSocketClose(this: WebSocket, code: number): void {
    const connection = connections.get(this)
    connections.delete(this)
    connection?.closed(code)
  }

  return {
    serve(socket, request, stream = request.socket) {
      const connection = new Connection(adapter, socket, stream, request)
      connections.set(socket, connection)
      socket.on('message', onMessage)
      socket.on('ping', onControlFrame)
      socket.on('pong', onControlFrame)
      socket.on('error', onSocketError)
      socket.on('close', onSocketClose)
      if (isDraining) connection.cut('restarting')
    },
    close(socket, code, reason) {
      connections.get(socket)?.close([code, reason])
    },
    askToReconnect() {
      for (const connection of connections.values()) connection.send(RECONNECT)
    },
    async drain(idle = Promise.resolve()) {
      isDraining = true
      // What is not read yet is not answered; its senders ask again elsewhere.
      for (const connection of connections.values()) connection.hold()
      const until = now() + limits.flushMs
      await Promise.race([idle.catch(() => undefined), sleep(limits.flushMs, undefined, { ref: false })])
      while (now() < until && [...connections.values()].some(isBusy)) await sleep(POLL_MS)
      for (const connection of connections.values()) connection.cut('restarting')
      while (connections.size > 0) await sleep(POLL_MS)
    },
    counts() {
      const counts = { sockets: connections.size, subscriptions: 0, callsUnderWay: 0, unsentBytes: 0 }
      for (const connection of connections.values()) {
        counts.subscriptions += connection.subscriptions.size
        counts.callsUnderWay += connection.callsUnderWay
        counts.unsentBytes += connection.unsentBytes
      }
      return { ...counts, timed: adapter.wheel.size }
    },
  }
}

function isBusy({ isOpen, callsUnderWay, unsentBytes }: Connection<unknown>): boolean {
  return isOpen && (callsUnderWay > 0 || unsentBytes > 0)
}

function overloadError(reason: Overload): TRPCError {
  switch (reason) {
    case 'batchTooLarge':
      return new TRPCError({ code: 'BAD_REQUEST', message: 'Batch call exceeds maximum size' })
    case 'rateLimited':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many calls' })
    case 'tooManyCallsUnderWay':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many calls under way' })
    case 'tooManySubscriptions':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many subscriptions' })
  }
}
