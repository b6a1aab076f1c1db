import pg from 'pg'
import { type Message, type NewMessage, serveBare } from './bare.ts'
import { Gatherer } from './gatherer.ts'

/**
 * The same with what an expert would add by hand: messages that are under way at once share a statement and its
 * commit, resumes share a read, and peers that vanished are noticed.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 })
const KEEP_ALIVE_MS = 15_000
const MAX_BATCH = 200

const STORE = {
  name: 'store',
  text: `with input as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as i (id, chat_id, content, place)
    ), locked as materialized (
      select id, user_id, last_seq from support_chats where id = any($2::uuid[]) order by id for update
    ), fresh as materialized (
      select i.*, l.user_id, clock_timestamp() as created_at,
        (l.last_seq + row_number() over (partition by i.chat_id order by i.place))::int as seq
      from input i join locked l on l.id = i.chat_id
    ), inserted as (
      insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, created_at, updated_at)
      select id, chat_id, seq, content, 'user', user_id, created_at, created_at from fresh
    ), touched as (
      update support_chats c set last_seq = n.seq, last_user_seq = n.seq, last_message_at = n.created_at,
        last_message_preview = left(n.content, 100), last_message_sender_type = 'user', archived_at = null,
        updated_at = n.created_at
      from (select distinct on (chat_id) * from fresh order by chat_id, seq desc) n where c.id = n.chat_id
    )
    select id, chat_id as "chatId", seq, content, created_at as "createdAt" from fresh order by place`,
}

const MISSED = {
  name: 'missed',
  text: `select m.id, m.chat_id as "chatId", m.seq, m.content, m.created_at as "createdAt"
    from unnest($1::uuid[], $2::int[]) as w (chat_id, after)
    join support_messages m on m.chat_id = w.chat_id and m.seq > w.after order by m.chat_id, m.seq`,
}

async function store(batch: readonly NewMessage[]): Promise<Message[]> {
  const values = [
    batch.map(({ id }) => id),
    batch.map(({ chatId }) => chatId),
    batch.map(({ content }) => content),
  ]
  const { rows } = await pool.query<Message>({ ...STORE, values })
  return rows
}

async function missed(batch: readonly { chatId: string; after: number }[]): Promise<Message[][]> {
  const values = [batch.map(({ chatId }) => chatId), batch.map(({ after }) => after)]
  const { rows } = await pool.query<Message>({ ...MISSED, values })
  const byChat = Map.groupBy(rows, ({ chatId }) => chatId)
  // Two parties of a chat may resume in one batch, from different places.
  return batch.map(({ chatId, after }) => [
    ...new Map(
      (byChat.get(chatId) ?? []).filter(({ seq }) => seq > after).map((each) => [each.seq, each]),
    ).values(),
  ])
}

/** A chat's messages always go through the same one, which keeps their order. */
const lanes = [new Gatherer(store, MAX_BATCH), new Gatherer(store, MAX_BATCH)] as const
const resumes = new Gatherer(missed, MAX_BATCH)

serveBare({
  store: (message) => lanes[Number.parseInt(message.chatId.slice(-1), 16) % 2 === 0 ? 0 : 1].add(message),
  missed: (chatId, after) => resumes.add({ chatId, after }),
  keepAliveMs: KEEP_ALIVE_MS,
})
