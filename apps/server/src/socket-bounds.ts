import type { WebSocket } from 'ws'

/** What may wait to be sent to one socket; a reader that leaves more unread is cut and resumes by its cursor. */
const MAX_UNSENT_BYTES = 1024 * 1024
/** Followers go on when less than this is waiting, so that a slow reader never comes near the bound by reading. */
const DRAINED_BYTES = 128 * 1024
const POLL_MS = 20

const FRAMES_BURST = 300
const FRAMES_PER_SECOND = 50

export interface BoundOptions {
  onTooSlow: () => void
  onTooMuch: () => void
}

/** Bounds what a socket may leave unread and how fast it may talk. tRPC's adapter looks at neither. */
export function boundSocket(socket: WebSocket, { onTooSlow, onTooMuch }: BoundOptions): void {
  let cut = false
  const send = socket.send.bind(socket)
  const bounded = (...parameters: Parameters<typeof send>): void => {
    if (cut) return
    send(...parameters)
    if (socket.bufferedAmount <= MAX_UNSENT_BYTES) return
    cut = true
    onTooSlow()
  }
  Object.defineProperty(socket, 'send', { value: bounded })

  let tokens = FRAMES_BURST
  let at = Date.now()
  socket.on('message', () => {
    const now = Date.now()
    tokens = Math.min(FRAMES_BURST, tokens + ((now - at) / 1000) * FRAMES_PER_SECOND) - 1
    at = now
    if (tokens >= 0 || cut) return
    cut = true
    socket.pause()
    onTooMuch()
  })
}

/** Resolves when the peer has taken most of what was sent to it. */
export async function drained(socket: WebSocket, signal: AbortSignal): Promise<void> {
  while (socket.bufferedAmount > DRAINED_BYTES && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
