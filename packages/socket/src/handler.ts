import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server'
import type { RawData, WebSocket } from 'ws'
import { Connection } from './connection.ts'
import { RECONNECT } from './encoding.ts'
import { receive } from './incoming.ts'
import { createAdapter, type SocketHandlerOptions } from './options.ts'

const POLL_MS = 10

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
  const adapter = createAdapter(options)
  const { limits, now } = adapter
  const connections = new Map<WebSocket, Connection<Context>>()
  let isDraining = false

  // One listener each for all sockets: the socket is `this`.
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const connection = connections.get(this)
    if (connection) receive(connection, data, isBinary)
  }
  function onControlFrame(this: WebSocket): void {
    connections.get(this)?.spend()
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
      socket.on('error', onSocketError)
      // It went between its upgrade and here, and may never say so again.
      if (socket.readyState !== socket.OPEN) {
        socket.terminate()
        adapter.onClose({ socket, ctx: undefined, code: 1006, cause: null })
        return
      }
      const connection = new Connection(adapter, socket, stream, request)
      connections.set(socket, connection)
      socket.on('message', onMessage)
      socket.on('ping', onControlFrame)
      socket.on('pong', onControlFrame)
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
