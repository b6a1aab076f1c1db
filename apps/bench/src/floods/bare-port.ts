import { once } from 'node:events'
import { createServer } from 'node:net'
import { handle, serveParent } from '../processes/serve-parent.ts'
import { listenBare } from './commands.ts'

/**
 * What a flood runs against to see what it takes from the machine by itself: everybody is let in, every request is
 * answered, and nothing is looked at.
 */
const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n'
const ANSWERED = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

serveParent([
  handle(listenBare, async () => {
    const server = createServer((peer) => {
      peer.on('error', () => {})
      peer.once('data', (head) => {
        if (head.subarray(0, 4).equals(Buffer.from('POST'))) peer.end(ANSWERED)
        else peer.write(UPGRADED)
        peer.resume()
      })
    }).listen(0, '127.0.0.1', 4_096)
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('Not on a port')
    return { port: address.port }
  }),
])
