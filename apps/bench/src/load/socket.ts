import { connect } from 'node:net'
import { clientFrame, FrameReader, OPCODE } from './frames.ts'

export interface SocketOptions {
  port: number
  path: string
  headers: Record<string, string>
  /** The loopback address to come from; the system's choice when null. */
  from: string | null
  onText: (text: string) => void
  /** Called once when an open socket ends, unless we ended it. */
  onClose: (why: string) => void
}

export interface ClientSocket {
  send: (text: string) => void
  /** Closes in order; resolves when it is closed. */
  close: () => Promise<void>
  /** Resets the connection, as a network that is gone. */
  cut: () => void
}

/** As long as the product's client tries. */
const OPEN_WITHIN_MS = 8_000
const CLOSE_WITHIN_MS = 2_000
/** Of the handshake; nothing here looks at the answer's key. */
const KEY = Buffer.alloc(16, 'bench').toString('base64')

/**
 * A WebSocket client with nothing in it that a load does not need: what the load costs is taken from the servers,
 * which share the machine with it.
 *
 * @throws Error when the connection is refused, reset, answered otherwise than by 101, or takes more than 8 s
 */
export function openSocket(options: SocketOptions): Promise<ClientSocket> {
  const { port, path, headers, from, onText, onClose } = options
  const tcp = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    ...(from !== null && { localAddress: from }),
  })
  const reader = new FrameReader()
  let state: 'opening' | 'open' | 'ended' = 'opening'
  let closeFrame = ''

  return new Promise((resolve, reject) => {
    const late = setTimeout(() => tcp.destroy(new Error('Not open within 8 s')), OPEN_WITHIN_MS)
    let head = ''

    tcp.once('connect', () => tcp.write(handshake(path, { host: `127.0.0.1:${port}`, ...headers })))
    tcp.on('data', readHead)
    let why = 'closed without a close frame'
    tcp.on('error', (error) => {
      why = error.message
    })
    tcp.once('close', () => {
      clearTimeout(late)
      const before = state
      state = 'ended'
      if (before === 'opening') reject(new Error(why))
      else if (before === 'open') onClose(closeFrame || why)
    })

    function readHead(chunk: Buffer): void {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 101')) return void tcp.destroy(new Error(head.split('\r\n')[0]))
      clearTimeout(late)
      const rest = Buffer.from(head.slice(end + 4), 'latin1')
      head = ''
      state = 'open'
      tcp.off('data', readHead)
      tcp.on('data', (data) => reader.push(data, onFrame))
      resolve({ send: (text) => tcp.write(clientFrame(OPCODE.text, text)), close, cut })
      reader.push(rest, onFrame)
    }
  })

  function onFrame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) onText(payload.toString())
    else if (opcode === OPCODE.ping) tcp.write(clientFrame(OPCODE.pong, payload))
    else if (opcode === OPCODE.close) {
      closeFrame =
        payload.length < 2 ? 'close' : `${payload.readUInt16BE(0)} ${payload.subarray(2).toString()}`
      tcp.end(clientFrame(OPCODE.close, payload))
    }
  }

  function cut(): void {
    state = 'ended'
    tcp.resetAndDestroy()
  }

  async function close(): Promise<void> {
    if (tcp.destroyed) return
    state = 'ended'
    const closed = new Promise((resolve) => tcp.once('close', resolve))
    tcp.write(clientFrame(OPCODE.close, Buffer.from([0x03, 0xe8])))
    const late = setTimeout(() => tcp.destroy(), CLOSE_WITHIN_MS)
    await closed
    clearTimeout(late)
  }
}

function handshake(path: string, headers: Record<string, string>): string {
  const lines = Object.entries({
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
