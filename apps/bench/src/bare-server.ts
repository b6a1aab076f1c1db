import { createServer } from 'node:http'
import pg from 'pg'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { readyUntilParentEnds } from './child.ts'

/**
 * What one would write by hand: ws, pg, JSON and one statement per message. It stores durably and tells the others in
 * the chat, and does nothing else: no identity, no limits, no resume, no types.
 */
const { DATABASE_URL, PORT } = z
  .object({ DATABASE_URL: z.string(), PORT: z.coerce.number() })
  .parse(process.env)
// As many as the product has.
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 })
const followers = new Map<string, Set<WebSocket>>()

const STORE = {
  name: 'store',
  text: `with chat as (
      update support_chats set last_seq = last_seq + 1, last_user_seq = last_seq + 1, last_message_at = clock_timestamp(),
        last_message_preview = left($3, 100), last_message_sender_type = 'user', archived_at = null,
        updated_at = clock_timestamp()
      where id = $2 returning last_seq, last_message_at, user_id)
    insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, created_at, updated_at)
    select $1, $2, last_seq, $3, 'user', user_id, last_message_at, last_message_at from chat
    returning id, chat_id as "chatId", seq, content, created_at as "createdAt"`,
}

const server = createServer((_request, response) => response.end('ok'))
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', async (data) => {
    const frame = JSON.parse(String(data))
    if (frame.follow) {
      const others = followers.get(frame.follow) ?? new Set()
      followers.set(frame.follow, others.add(socket))
      socket.send('{"following":true}')
      return
    }
    const { rows } = await pool.query({ ...STORE, values: [frame.id, frame.chatId, frame.content] })
    const message = JSON.stringify({ message: rows[0] })
    socket.send(JSON.stringify({ stored: frame.id }))
    for (const follower of followers.get(frame.chatId) ?? []) follower.send(message)
  })
})
server.listen(PORT, '127.0.0.1', () => readyUntilParentEnds())
