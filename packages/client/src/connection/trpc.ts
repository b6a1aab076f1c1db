import type { AppRouter } from '@acme/api'
import { createTRPCClient, createWSClient, httpLink, wsLink } from '@trpc/client'
import { TIMINGS } from '../platform/timings.ts'
import { type CallFault, faultOf } from './fault.ts'
import type { OpenLink } from './link.ts'
import { boundedWebSocket } from './socket.ts'
import { transformer } from './transformer.ts'
import type { Reader, Wire } from './wire.ts'

type Trpc = ReturnType<typeof createTRPCClient<AppRouter>>

/** Opens sockets to `url` (`wss://…/trpc`), each with a tRPC client of its own that never reconnects. `language`: what its user reads. */
export function openLinkTo(url: string, language?: string): OpenLink {
  return (token, events) => {
    let socket: WebSocket | null = null
    let ended = false
    function end(code: number) {
      if (ended) return
      ended = true
      events.onEnd(code)
      close()
    }
    // Before anything else: it forbids tRPC to reconnect.
    function close() {
      ended = true
      void client.close()
      // tRPC would wait for the answers to open calls first.
      socket?.close()
    }
    const client = createWSClient({
      url,
      ...(token === null ? {} : { connectionParams: { token, ...(language !== undefined && { language }) } }),
      keepAlive: { enabled: true, intervalMs: TIMINGS.pingAfterMs, pongTimeoutMs: TIMINGS.pongMs },
      WebSocket: boundedWebSocket(WebSocket, (created) => {
        socket = created
        // Closed before it was created.
        if (ended) created.close()
      }),
      onOpen: () => !ended && events.onOpen(),
      onError: () => end(1006),
      onClose: (cause) => end(cause?.code ?? 1006),
    })
    const trpc = createTRPCClient<AppRouter>({ links: [wsLink({ client, transformer })] })
    return {
      wire: wireOver(trpc, () => !ended && events.onUnauthorized()),
      ping(onAlive) {
        socket?.addEventListener('message', onAlive, { once: true })
        if (socket?.readyState === WebSocket.OPEN) socket.send('PING')
      },
      close,
    }
  }
}

/** A tRPC client over HTTP, one request per call; null: the cookie says who we are. */
export function httpClient(url: string, token: string | null): Trpc {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url,
        transformer,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        fetch: (input, init) => fetch(input, { ...init, signal: inTime(init?.signal) }),
      }),
    ],
  })
}

/** The calls and subscriptions of a tRPC client; what they throw is a `CallFault`. */
export function wireOver(trpc: Trpc, onUnauthorized: () => void = () => {}): Wire {
  async function asked<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (error) {
      throw heard(error)
    }
  }
  function heard(error: unknown): CallFault {
    const fault = faultOf(error)
    if (fault.kind === 'unauthorized') onUnauthorized()
    return fault
  }
  /** One end, and none after a stop: tRPC completes subscriptions also when its client is closed. */
  function read<T>(
    reader: Reader<T>,
    subscribe: (observer: Observer) => { unsubscribe(): void },
  ): () => void {
    let over = false
    const end = (fault: CallFault | null) => {
      if (over) return
      over = true
      reader.onEnd(fault)
    }
    const subscription = subscribe({
      onStarted: () => over || reader.onStarted?.(),
      onError: (error) => end(over ? null : heard(error)),
      onComplete: () => end(null),
    })
    return () => {
      over = true
      subscription.unsubscribe()
    }
  }

  return {
    send: (input) => asked(trpc.chat.send.mutate(input)),
    markRead: (input) => asked(trpc.chat.markRead.mutate(input)),
    setTyping: (input) => asked(trpc.chat.setTyping.mutate(input)),
    history: (input) => asked(trpc.chat.history.query(input)),
    onMessage: (input, reader) =>
      read(reader, (rest) =>
        trpc.chat.onMessage.subscribe(input, { ...rest, onData: (event) => reader.onEvent(event.data) }),
      ),
    onActivity: (input, reader) =>
      read(reader, (rest) => trpc.chat.onActivity.subscribe(input, { ...rest, onData: reader.onEvent })),
    onUserMessage: (reader) =>
      read(reader, (rest) =>
        trpc.admin.onUserMessage.subscribe(undefined, { ...rest, onData: reader.onEvent }),
      ),
  }
}

interface Observer {
  onStarted(): void
  onError(error: unknown): void
  onComplete(): void
}

function inTime(signal: AbortSignal | null | undefined): AbortSignal {
  const limit = AbortSignal.timeout(TIMINGS.httpMs)
  return signal ? AbortSignal.any([signal, limit]) : limit
}
