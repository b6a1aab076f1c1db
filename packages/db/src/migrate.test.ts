import { freshDatabase } from '@acme/local/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Db, migrate, readEpoch, renewEpoch } from './index.ts'

async function withDatabase(options: { empty?: boolean }, use: (db: Db, url: string) => Promise<void>) {
  await using database = await freshDatabase(options)
  const db = connect({ url: database.url })
  try {
    await use(db, database.url)
  } finally {
    await db.destroy()
  }
}

test('migrating twice is migrating once', async () => {
  await withDatabase({ empty: true }, async (db) => {
    expect(await migrate(db)).toContain('0001-conversations')
    const epoch = await readEpoch(db)
    expect(await migrate(db)).toEqual([])
    expect(await readEpoch(db)).toBe(epoch)
  })
})

test('an older version starts on the schema of a newer one, and changes nothing', async () => {
  await withDatabase({ empty: true }, async (db) => {
    await migrate(db)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '')`.execute(db)
    expect(await migrate(db)).toEqual([])
  })
})

test('four processes that start at the same time on an empty database migrate it once', async () => {
  for (let round = 0; round < 5; round++) {
    await withDatabase({ empty: true }, async (db, url) => {
      const processes = Array.from({ length: 4 }, () => connect({ url, max: 2 }))
      const ran = await Promise.all(processes.map((each) => migrate(each)))
      expect(ran.flat().toSorted()).toEqual([...new Set(ran.flat())].toSorted())
      expect(ran.flat()).toContain('0001-conversations')
      await Promise.all(processes.map((each) => each.destroy()))
      const { count } = await db
        .selectFrom('installation')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow()
      expect(Number(count)).toBe(1)
    })
  }
})

test('the indexes that the product lives on are there', async () => {
  await withDatabase({}, async (db) => {
    const { rows } = await sql<{ definition: string }>`
      select tablename || ' ' || regexp_replace(indexdef, '^.* USING ', '') ||
        case when indexdef like 'CREATE UNIQUE%' then ' unique' else '' end as definition
      from pg_indexes where schemaname = 'public'`.execute(db)
    expect(rows.map(({ definition }) => definition)).toEqual(
      expect.arrayContaining([
        'users btree (external_id) unique',
        'support_chats btree (user_id) unique',
        'support_chats btree (last_message_at DESC, id DESC) WHERE (archived_at IS NULL)',
        'support_chats btree (last_message_at DESC, id DESC) WHERE (archived_at IS NOT NULL)',
        'support_chats btree (archived_at) WHERE (archived_at IS NOT NULL)',
        'support_chats btree (reply_email_due_at) WHERE (reply_email_due_at IS NOT NULL)',
        'support_messages btree (chat_id, seq) unique',
        'support_messages btree (chat_id, created_at)',
        'support_messages btree (chat_id, sender_type, seq) WHERE (read_at IS NULL)',
        'sessions btree (token_hash) unique',
      ]),
    )
  })
})

test('P10 the database itself refuses rows that break a rule', async () => {
  await withDatabase({}, async (db) => {
    const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
    const user = { id: id(1), kind: 'user', externalId: 'ada', email: null, name: null } as const
    await db.insertInto('users').values(user).execute()
    await db
      .insertInto('supportChats')
      .values({ id: id(2), userId: id(1) })
      .execute()
    const message = { chatId: id(2), content: 'x', senderType: 'user', senderId: id(1), seq: 1 } as const
    await db
      .insertInto('supportMessages')
      .values({ id: id(3), ...message })
      .execute()

    const chat = (set: { lastUserSeq?: number; userReadSeq?: number; adminReadSeq?: number }) =>
      db.updateTable('supportChats').set(set).where('id', '=', id(2))
    const another = (change: Partial<{ seq: number; content: string; senderId: string; chatId: string }>) =>
      db.insertInto('supportMessages').values({ id: id(9), ...message, seq: 2, ...change })
    const bad = {
      'a second chat of one user': db.insertInto('supportChats').values({ id: id(9), userId: id(1) }),
      'a second user with one external id': db.insertInto('users').values({ ...user, id: id(9) }),
      'a chat of nobody': db.insertInto('supportChats').values({ id: id(9), userId: id(8) }),
      'the same seq twice': another({ seq: 1 }),
      'the same message id twice': db.insertInto('supportMessages').values({ id: id(3), ...message, seq: 2 }),
      'seq 0': another({ seq: 0 }),
      'an empty message': another({ content: '' }),
      'a message of 4,001 characters': another({ content: 'x'.repeat(4_001) }),
      'a message of nobody': another({ senderId: id(8) }),
      'a message in no chat': another({ chatId: id(8) }),
      'read by the user beyond the end': chat({ userReadSeq: 1 }),
      'read by an admin beyond the end': chat({ adminReadSeq: 1 }),
      'a user message beyond the end': chat({ lastUserSeq: 1 }),
      'a second installation': db.insertInto('installation').values({ epoch: id(9) }),
    }
    for (const [what, query] of Object.entries(bad)) {
      await expect(query.execute(), what).rejects.toMatchObject({ code: expect.stringMatching(/^23/) })
    }
  })
})

test('P2 a renewed epoch is another one, for everybody, from then on', async () => {
  await withDatabase({}, async (db, url) => {
    const before = await readEpoch(db)
    const renewed = await renewEpoch(db)
    expect(renewed).not.toBe(before)
    const other = connect({ url, max: 1 })
    expect(await readEpoch(other)).toBe(renewed)
    await other.destroy()
  })
})
