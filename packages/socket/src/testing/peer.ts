import { once } from 'node:events'
import { get } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'

/** A client that sends and shows the bare frames. */
export interface Peer {
  socket: WebSocket
  /** Everything that came, in order. */
  frames: string[]
  send: (message: unknown) => void
  /** The next frame that was not returned yet. */
  next: () => Promise<string>
  /** The next `count` of them. */
  take: (count: number) => Promise<string[]>
  closed: Promise<{ code: number; reason: string }>
}

export async function connectPeer(url: string): Promise<Peer> {
  const socket = new WebSocket(url)
  const frames: string[] = []
  let seen = 0
  let wake = () => {}
  socket.on('message', (data) => {
    frames.push(String(data))
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      wake()
    })
  })
  await once(socket, 'open')
  const next = async (): Promise<string> => {
    while (seen >= frames.length) {
      if (socket.readyState === socket.CLOSED) throw new Error('The socket was closed')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    seen += 1
    return frames[seen - 1] ?? ''
  }
  return {
    socket,
    frames,
    closed,
    next,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async take(count) {
      const taken: string[] = []
      while (taken.length < count) taken.push(await next())
      return taken
    },
  }
}

/** A connection after the upgrade, without anything that speaks WebSocket at this end. */
export async function connectRaw(url: string): Promise<Duplex> {
  const request = get(url.replace(/^ws/, 'http'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  })
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('upgrade', (_response, stream) => {
      stream.on('error', () => undefined)
      resolve(stream)
    })
  })
}
