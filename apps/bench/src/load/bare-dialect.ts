import type { Dialect, Heard } from './dialect.ts'

interface BareFrame {
  stored?: string
  seq?: number
  message?: { id: string; seq: number }
  following?: true
}

/** The frames of the hand-written servers (servers/bare.ts). */
export const bareDialect: Dialect = {
  open: () => ({ path: '/', headers: {}, frames: [] }),
  follow: ({ person: { chatId }, after }) => JSON.stringify({ follow: chatId, after }),
  send: ({ chatId, id, content }) => JSON.stringify({ chatId, id, content }),
  hear,
  hearInbox: () => ({ path: '/', headers: {}, frames: ['{"inbox":true}'] }),
}

function hear(text: string): Heard {
  if (text === 'PING') return { type: 'ping' }
  const { stored, seq, message, following }: BareFrame = JSON.parse(text)
  if (message) return { type: 'message', id: message.id, seq: message.seq }
  if (stored !== undefined && seq !== undefined) return { type: 'stored', id: stored, seq }
  return following ? { type: 'synced' } : { type: 'refused', why: text }
}
