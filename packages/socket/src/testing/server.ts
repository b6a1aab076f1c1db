import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

export interface TestServer extends AsyncDisposable {
  url: string
  wss: WebSocketServer
  /** Sockets from now on are served by this. */
  serve: (serve: (socket: WebSocket, request: IncomingMessage) => void) => void
}

/** A WebSocket server on a loopback port. */
export async function startServer({ perMessageDeflate = false, port = 0 } = {}): Promise<TestServer> {
  const server = createServer()
  const wss = new WebSocketServer({ server, perMessageDeflate, maxPayload: 64 * 1024 })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  return {
    url: `ws://127.0.0.1:${address.port}/trpc`,
    wss,
    serve(serve) {
      wss.removeAllListeners('connection')
      wss.on('connection', serve)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of wss.clients) socket.terminate()
      wss.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
