import type { Dialect, Heard } from './dialect.ts'

export interface ProductDialectOptions {
  /** Half of every cursor. */
  epoch: string
  publicUrl: string
  /** An admin's session. */
  cookie: string
}

/** Parts of tRPC's answers; whatever else is in them does not matter here. */
interface TrpcFrame {
  method?: string
  error?: { json?: { data?: { path?: string; retryAfterMs?: number } } }
  result?: { data?: { json?: Stored & { data?: { type?: string; message?: Stored } } } }
}
interface Stored {
  id?: string
  seq?: number
}

/** tRPC over WebSocket, written by hand: one JSON frame per call, tracked events, `PING` and `PONG` as text. */
export function productDialect({ epoch, publicUrl, cookie }: ProductDialectOptions): Dialect {
  const call = (id: number, method: string, path: string, input: unknown) =>
    JSON.stringify({ id, method, params: { path, input: { json: input } } })
  return {
    open: ({ token }) => ({
      path: '/trpc?connectionParams=1',
      headers: {},
      frames: [JSON.stringify({ method: 'connectionParams', data: { token } })],
    }),
    follow: ({ call: n, person: { chatId }, after }) =>
      call(n, 'subscription', 'chat.onMessage', { chatId, lastEventId: `${epoch}:${after}` }),
    send: ({ call: n, chatId, id, content }) => call(n, 'mutation', 'chat.send', { chatId, id, content }),
    hear,
    hearInbox: () => ({
      path: '/trpc',
      headers: { cookie, origin: publicUrl },
      frames: [call(0, 'subscription', 'admin.onUserMessage', null)],
    }),
  }
}

function hear(text: string): Heard {
  if (text === 'PING') return { type: 'ping' }
  const { method, error, result }: TrpcFrame = JSON.parse(text)
  const { path, retryAfterMs } = error?.json?.data ?? {}
  if (path === 'chat.onMessage' && retryAfterMs !== undefined) return { type: 'busy', retryAfterMs }
  if (error !== undefined || method !== undefined) return { type: 'refused', why: text }
  const answer = result?.data?.json
  if (!answer) return { type: 'other' }
  const { data: event } = answer
  if (!event) return heardOf('stored', answer)
  if (event.type === 'new_message') return heardOf('message', event.message)
  return event.type === 'synced' ? { type: 'synced' } : { type: 'refused', why: text }
}

function heardOf(type: 'stored' | 'message', { id, seq }: Stored = {}): Heard {
  return id === undefined || seq === undefined ? { type: 'other' } : { type, id, seq }
}
