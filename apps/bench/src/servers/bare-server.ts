import pg from 'pg'
import { type Message, serveBare } from './bare.ts'

/** One statement per message and per resume, no keep-alive: the least that works. */
// As many connections as the product has.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 })

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

const MISSED = {
  name: 'missed',
  text: `select id, chat_id as "chatId", seq, content, created_at as "createdAt" from support_messages
    where chat_id = $1 and seq > $2 order by seq`,
}

serveBare({
  async store({ id, chatId, content }) {
    const { rows } = await pool.query<Message>({ ...STORE, values: [id, chatId, content] })
    const [message] = rows
    if (!message) throw new Error(`There is no chat ${chatId}`)
    return message
  },
  async missed(chatId, after) {
    const { rows } = await pool.query<Message>({ ...MISSED, values: [chatId, after] })
    return rows
  },
  keepAliveMs: null,
})
