import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Credentials } from './wire.ts'

/** A socket that speaks tRPC's frames by hand, with what it was answered. */
export interface FrameSocket extends Disposable {
  readonly socket: WebSocket
  /** Everything that came as JSON, in order. */
  readonly answers: Answer[]
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  send: (message: unknown) => void
  /**
   * The first answer under this id that tells more than that a subscription has started, also one that came before.
   * Rejects when the socket closes without one.
   */
  answer: (id: number | string | null) => Promise<Answer>
}

export interface Answer {
  id: number | string | null
  result?: { type: string; data?: { json?: unknown } }
  error?: { json: { message: string; code: number; data: Record<string, unknown> } }
}

export interface FrameSocketOptions {
  /** What the first frame presents; null sends none, though one is announced. */
  credentials?: Credentials
  headers?: Record<string, string>
  /** False: nothing that arrives is looked at, which costs a flood's sender less. */
  isHeard?: boolean
}

/** Opens one. Rejects with the HTTP status when it is refused. */
export async function openFrameSocket(
  url: string,
  { credentials = null, headers = {}, isHeard = true }: FrameSocketOptions = {},
): Promise<FrameSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`, { headers })
  const answers: Answer[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  if (isHeard) {
    socket.on('message', (data) => {
      const text = String(data)
      if (!text.startsWith('{')) return
      answers.push(JSON.parse(text))
      wake()
    })
  }
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  void closed.then(wake)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      reject(new Error(`${statusCode}`))
    })
    socket.on('error', reject)
  })
  const send = (message: unknown) =>
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message), {
      binary: false,
    })
  if (credentials) send({ method: 'connectionParams', data: credentials })
  return {
    socket,
    answers,
    closed,
    send,
    answer: (id) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = answers.find((answer) => answer.id === id && answer.result?.type !== 'started')
          if (!found && socket.readyState !== socket.CLOSED) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`The socket was closed without an answer to ${id}`))
        }
        waiting.add(look)
        look()
      }),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** One request as tRPC's client writes it. */
export function request(id: number | string, method: string, path: string, input: unknown): object {
  return { id, method, params: { path, input: { json: input } } }
}

/** A TCP connection to a server, with nothing on it yet that speaks HTTP. */
export async function connectTo(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const peer = connect({ port, host: '127.0.0.1', ...options })
  peer.on('error', () => {})
  await once(peer, 'connect')
  return peer
}

/** The text of a WebSocket handshake (RFC 6455, section 4.1). */
export function upgradeText(path: string, headers: Record<string, string> = {}): string {
  const all = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** The status of the first answer on a connection; null when it ends without one. */
export function statusOn(peer: Socket): Promise<number | null> {
  return new Promise((resolve) => {
    let text = ''
    peer.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? []
      if (status) resolve(Number(status))
    })
    peer.once('close', () => resolve(null))
  })
}
