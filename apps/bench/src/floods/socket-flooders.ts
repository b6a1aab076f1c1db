import { type ClientSocket, openSocket } from '../load/socket.ts'
import type { Count, Flooder, Target } from './flooder.ts'

const PATH = '/trpc?connectionParams=1'

/** Sends a frame a step; a socket that was closed is opened anew. `isCut`: it is opened anew for each frame. */
export function frames(
  { port, attacker }: Target,
  count: Count,
  frame: (n: number) => string,
  { isCut = false } = {},
): Flooder {
  let socket: ClientSocket | null = null
  let sent = 0
  const params = JSON.stringify({ method: 'connectionParams', data: { token: attacker.token } })
  const end = () => {
    socket?.cut()
    socket = null
  }
  return {
    end,
    async step() {
      if (isCut) end()
      if (!socket) {
        socket = await open(port, count, () => {
          socket = null
          count.refused += 1
        })
        socket?.send(params)
      }
      if (!socket) return
      socket.send(frame(sent))
      sent += 1
      count.sent += 1
    },
  }
}

/** Opens a socket a step that announces a session and never presents one. */
export function strangers({ port }: Target, count: Count): Flooder {
  const sockets = new Set<ClientSocket>()
  return {
    end() {
      for (const socket of sockets) socket.cut()
    },
    async step() {
      const socket = await open(port, count, () => {
        count.refused += 1
        if (socket) sockets.delete(socket)
      })
      count.sent += 1
      if (socket) sockets.add(socket)
    },
  }
}

async function open(port: number, count: Count, onClose: () => void): Promise<ClientSocket | null> {
  try {
    return await openSocket({ port, path: PATH, headers: {}, from: null, onText: () => {}, onClose })
  } catch {
    count.refused += 1
    return null
  }
}
