import { createHmac, randomBytes } from 'node:crypto'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { Person } from './load/dialect.ts'
import { SESSION_SECRET } from './servers/servers.ts'

/** A database of the product's schema for one server, and what a load needs in it. */
export interface Database {
  url: string
  epoch: () => Promise<string>
  /** So many new users, each with a chat and a session. */
  addPeople: (count: number) => Promise<Person[]>
  /** So many more messages in each of these chats, behind the servers' backs. */
  addMessages: (people: readonly Person[], perChat: number) => Promise<void>
  countMessages: () => Promise<number>
  close: () => Promise<void>
}

export async function openDatabase(url: string): Promise<Database> {
  const client = new pg.Client({ connectionString: url })
  // A database that has gone is told by the next query.
  client.on('error', () => {})
  await client.connect()
  return {
    url,
    async epoch() {
      const { rows } = await client.query<{ epoch: string }>('select epoch from installation')
      return rows[0]?.epoch ?? ''
    },
    addPeople: (count) => addPeople(client, count),
    async addMessages(people, perChat) {
      await client.query(ADD_MESSAGES, [people.map(({ chatId }) => chatId), perChat])
    },
    async countMessages() {
      const { rows } = await client.query<{ count: number }>(
        'select count(*)::int as count from support_messages',
      )
      return rows[0]?.count ?? 0
    },
    close: () => client.end(),
  }
}

const ADD_MESSAGES = `
  with grown as (
    update support_chats set last_seq = last_seq + $2::int, last_user_seq = last_seq + $2::int,
      last_message_at = clock_timestamp(), last_message_preview = 'missed', last_message_sender_type = 'user'
    where id = any($1::uuid[]) returning id, user_id, last_seq)
  insert into support_messages (id, chat_id, seq, content, sender_type, sender_id)
  select gen_random_uuid(), id, last_seq - $2::int + n, 'A message that came while somebody was away.', 'user', user_id
  from grown, generate_series(1, $2::int) n`

/**
 * Written as rows: starting sessions over HTTP is not what is measured, and thousands would take minutes. A token is
 * kept as its HMAC (packages/api, identity/sessions.ts).
 */
async function addPeople(client: pg.Client, count: number): Promise<Person[]> {
  const people = Array.from({ length: count }, () => {
    const token = randomBytes(32).toString('base64url')
    const hash = createHmac('sha256', SESSION_SECRET).update(token).digest()
    return { userId: uuidv7(), sessionId: uuidv7(), chatId: uuidv7(), token, hash }
  })
  const userIds = people.map(({ userId }) => userId)
  await client.query(
    `insert into users (id, kind, external_id) select id, 'user', id::text from unnest($1::uuid[]) as u (id)`,
    [userIds],
  )
  await client.query('insert into support_chats (id, user_id) select * from unnest($1::uuid[], $2::uuid[])', [
    people.map(({ chatId }) => chatId),
    userIds,
  ])
  await client.query(
    `insert into sessions (id, user_id, token_hash, expires_at)
     select id, user_id, hash, now() + interval '1 day'
     from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s (id, user_id, hash)`,
    [people.map(({ sessionId }) => sessionId), userIds, people.map(({ hash }) => hash)],
  )
  // The planner knows nothing of rows that came this moment.
  await client.query('analyze users, support_chats, sessions, support_messages')
  return people.map(({ chatId, token }) => ({ chatId, token }))
}
