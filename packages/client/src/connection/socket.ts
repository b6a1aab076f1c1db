import { TIMINGS } from '../platform/timings.ts'
import { CLOSE_CODES } from './close-codes.ts'

/**
 * A WebSocket class whose `close()` ends within half a second.
 *
 * Waiting for the closing handshake of a peer that is gone takes 30 s in Node's `ws` and 60 s in Chromium
 * (kClosingHandshakeTimeoutSeconds), and for so long tRPC takes the socket for alive. Here a `close` event comes after
 * 500 ms in any case; what the abandoned socket may still say later is kept from everybody.
 */
export function boundedWebSocket(
  Base: typeof WebSocket,
  onCreated: (socket: WebSocket) => void,
): typeof WebSocket {
  return class BoundedWebSocket extends Base {
    #ended = false
    #closing: ReturnType<typeof setTimeout> | undefined

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      // The first listeners of all, before anybody could have added others.
      for (const type of ['message', 'error', 'close']) {
        super.addEventListener(type, (event) => this.#ended && event.stopImmediatePropagation())
      }
      super.addEventListener('close', () => {
        this.#ended = true
        clearTimeout(this.#closing)
      })
      onCreated(this)
    }

    override close(code?: number, reason?: string): void {
      if (this.#ended) return
      this.#closing ??= setTimeout(() => {
        const { code, reason } = CLOSE_CODES.givenUp
        this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean: false }))
      }, TIMINGS.closeMs)
      super.close(code, reason)
    }
  }
}
