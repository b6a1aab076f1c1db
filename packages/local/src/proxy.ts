import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'

/**
 * - `pass`: bytes go through.
 * - `blackhole`: sockets stay open, but nothing gets through in either direction, not even
 *   an end; new connections are accepted and swallowed too. A connection that has lost
 *   bytes this way stays dead after the mode changes back, as its stream has a hole.
 * - `refuse`: new connections are reset at once; present ones go on.
 */
export type ProxyMode = 'pass' | 'blackhole' | 'refuse'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** How many clients are connected now. */
  readonly connections: number
  setMode(mode: ProxyMode): void
  /** Resets all present connections on both sides. */
  cut(): void
  /** The next new connection is reset once exactly `bytes` bytes have gone in that direction. */
  cutAfterBytes(direction: 'toServer' | 'toClient', bytes: number): void
  close(): Promise<void>
}

/** A TCP proxy on 127.0.0.1 that breaks connections on demand. */
export async function startProxy(options: { targetPort: number; port?: number }): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass'
  let plannedCut: PlannedCut | undefined
  const pairs = new Set<Pair>()
  const clients = new Set<Socket>()

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === 'refuse') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const pair = join(client, mode === 'pass' ? options.targetPort : undefined, () => mode, plannedCut)
    if (mode === 'pass') plannedCut = undefined
    pairs.add(pair)
    clients.add(client)
    client.once('close', () => clients.delete(client))
    pair.onClose(() => pairs.delete(pair))
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy got no TCP port.')

  const cut = () => {
    for (const pair of pairs) pair.cut()
  }
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  return {
    port: address.port,
    get connections() {
      return clients.size
    },
    setMode(next) {
      mode = next
    },
    cut,
    cutAfterBytes(direction, bytes) {
      plannedCut = { direction, bytes }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface PlannedCut {
  direction: 'toServer' | 'toClient'
  bytes: number
}

interface Pair {
  cut(): void
  /** When both sides are closed: the server’s outlives a client’s whose reset was swallowed. */
  onClose(listener: () => void): void
}

function join(
  client: Socket,
  targetPort: number | undefined,
  mode: () => ProxyMode,
  planned: PlannedCut | undefined,
): Pair {
  const target =
    targetPort === undefined ? undefined : dial({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
  // Swallowed from the first byte when there is nobody to pass it to.
  let dead = target === undefined
  const swallows = () => {
    if (mode() === 'blackhole') dead = true
    return dead
  }
  const cut = () => {
    client.resetAndDestroy()
    target?.resetAndDestroy()
  }

  const carry = (from: Socket, to: Socket | undefined, limit: number | undefined) => {
    let left = limit ?? Number.POSITIVE_INFINITY
    from.on('data', (chunk) => {
      if (swallows() || !to || left <= 0) return
      const passed = chunk.length < left ? chunk : chunk.subarray(0, left)
      left -= passed.length
      // Reset only once the last bytes have left us, or the reset would overtake them.
      const roomy = to.write(passed, left <= 0 ? () => cut() : undefined)
      if (roomy) return
      from.pause()
      to.once('drain', () => from.resume())
    })
    from.on('end', () => {
      if (!swallows()) to?.end()
    })
    from.on('error', () => {
      if (!swallows()) to?.resetAndDestroy()
    })
    from.on('close', () => {
      if (!swallows()) to?.destroySoon()
    })
  }
  const limitOf = (direction: PlannedCut['direction']) =>
    planned?.direction === direction ? planned.bytes : undefined
  carry(client, target, limitOf('toServer'))
  if (target) carry(target, client, limitOf('toClient'))
  const open = new Set(target ? [client, target] : [client])
  const onClose = (listener: () => void) => {
    for (const socket of [...open]) {
      socket.once('close', () => {
        open.delete(socket)
        if (open.size === 0) listener()
      })
    }
  }
  return { cut, onClose }
}
