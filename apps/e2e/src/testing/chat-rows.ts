import pg from 'pg'

/** Fills chats with messages of their users, `seq` 1 to `count`, of `characters` each: straight into their rows. */
export async function fillChats(
  databaseUrl: string,
  chatIds: readonly string[],
  { count = 3_000, characters = 4_000 } = {},
): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl })
  await db.connect()
  try {
    await db.query(
      `with written as (
         insert into support_messages (id, chat_id, seq, content, sender_type, sender_id)
         select gen_random_uuid(), c.id, n, repeat('x', $2), 'user', c.user_id
         from support_chats c, generate_series(1, $3::int) n where c.id = any($1::uuid[]))
       update support_chats set last_seq = $3, last_user_seq = $3 where id = any($1::uuid[])`,
      [chatIds, characters, count],
    )
  } finally {
    await db.end()
  }
}
