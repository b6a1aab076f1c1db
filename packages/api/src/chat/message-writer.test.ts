import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../testing/call.ts'
import { type Fixture, fixture } from '../testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
  // Postgres itself refuses what its text asks for: `refuse 53100` always, `refuse 40P01 once` the first time. A
  // sequence counts the statements, because it goes on when a transaction is rolled back.
  await sql`create sequence attempts`.execute(f.db)
  await sql`create sequence refusals`.execute(f.db)
  await sql`create function count_attempt() returns trigger language plpgsql as $$
    begin perform nextval('attempts'); return null; end $$`.execute(f.db)
  await sql`create function refuse() returns trigger language plpgsql as $$
    declare code text := substring(new.content from '^refuse (.{5})');
    begin
      if code is not null and (new.content not like '% once' or nextval('refusals') = 1) then
        raise exception 'refused on purpose' using errcode = code;
      end if;
      return new;
    end $$`.execute(f.db)
  await sql`create trigger count_attempt before insert on support_messages
    for each statement execute function count_attempt()`.execute(f.db)
  await sql`create trigger refuse before insert on support_messages
    for each row execute function refuse()`.execute(f.db)
})
afterAll(() => f[Symbol.asyncDispose]())

async function attempts(): Promise<number> {
  const { rows } = await sql<{ count: string }>`select nextval('attempts') as count`.execute(f.db)
  return Number(rows[0]?.count)
}

async function chatOf() {
  const user = await f.user()
  const { id: chatId } = await f.as(user).chat.get()
  return { chatId, send: (content: string) => f.as(user).chat.send({ chatId, id: uuidv7(), content }) }
}

test('a batch that Postgres refuses is halved until the bad message stands alone', async () => {
  const { send } = await chatOf()
  const before = await attempts()
  const texts = Array.from({ length: 200 }, (_, n) => (n === 123 ? 'refuse 22000' : `message ${n}`))
  const results = await Promise.allSettled(texts.map(send))
  expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([123])
  // The first message goes alone; of 199, one path of halves leads to the bad one: 2 × 8, and not 199. Postgres tells
  // of an error before it lets the lock go, so that some find their chat still locked and are tried again.
  expect((await attempts()) - before).toBeLessThan(50)
})

test('while a batch is halved, what cannot be stored now holds up what comes after it', async () => {
  const { send } = await chatOf()
  const texts = ['alone', 'beside', 'one', 'refuse 53100', 'three', 'refuse 22000', 'five']
  const results = await Promise.allSettled(texts.map(send))
  // A refusal for good makes halves of the batch; in the first of them a message is refused for now.
  expect(results.map(({ status }) => status).slice(3)).toEqual([
    'rejected',
    'rejected',
    'rejected',
    'rejected',
  ])
})

test('P12 a database that is full, overloaded or slow refuses for now: the sender is told to try again', async () => {
  const { send } = await chatOf()
  for (const code of ['53100', '53200', '53300', '57014']) {
    const refused = await refusal(send(`refuse ${code}`))
    expect(refused, code).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'unavailable',
      details: { retryAfterMs: 1_000 },
    })
  }
})

test('a batch that was the victim of a deadlock is written again', async () => {
  const { send } = await chatOf()
  await expect(send('refuse 40P01 once')).resolves.toMatchObject({ seq: 1 })
})

test('messages that arrive under load share a statement', async () => {
  const chats = await Promise.all(Array.from({ length: 60 }, chatOf))
  const before = await attempts()
  await Promise.all(chats.map(({ send }) => send('at once')))
  // The first two go alone, side by side, and the rest together.
  expect((await attempts()) - before - 1).toBeLessThanOrEqual(3)
})

test('messages of a locked chat wait, in order, and hold up nobody else', async () => {
  const locked = await Promise.all(Array.from({ length: 6 }, chatOf))
  const free = await chatOf()
  let waiting: Promise<{ seq: number }>[] = []
  await f.db.transaction().execute(async (lock) => {
    const ids = locked.map(({ chatId }) => chatId)
    await lock.selectFrom('supportChats').select('id').where('id', 'in', ids).forUpdate().execute()
    waiting = locked.flatMap(({ send }) => [send('behind a lock'), send('behind that'), send('refuse 22000')])
    for (let seq = 1; seq <= 20; seq++) await expect(free.send('past it')).resolves.toMatchObject({ seq })
  })
  const outcomes = await Promise.allSettled(waiting)
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.seq : 'refused'))).toEqual(
    locked.flatMap(() => [1, 2, 'refused']),
  )
})

test('a batch that waits for another lock does not hold up the next one', async () => {
  const locked = await chatOf()
  const free = await chatOf()
  let waiting: Promise<{ seq: number }> | null = null
  await f.db.transaction().execute(async (lock) => {
    await sql`select 1 from users u join support_chats c on c.user_id = u.id
      where c.id = ${locked.chatId} for update of u`.execute(lock)
    waiting = locked.send('behind a lock')
    for (let seq = 1; seq <= 5; seq++) await expect(free.send('past it')).resolves.toMatchObject({ seq })
  })
  await expect(waiting).resolves.toMatchObject({ seq: 1 })
})

test('senders to a chat that stays locked are told to come back, and find it as it was', {
  timeout: 20_000,
}, async () => {
  const { chatId, send } = await chatOf()
  await f.db.transaction().execute(async (lock) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(lock)
    await lock.selectFrom('supportChats').select('id').where('id', '=', chatId).forUpdate().execute()
    // More than go into one batch.
    const sent = Array.from({ length: 500 }, (_, n) => refusal(send(`too long behind a lock ${n}`)))
    const reasons = new Set((await Promise.all(sent)).map(({ reason }) => reason))
    expect([...reasons]).toEqual(['unavailable'])
  })
  await expect(send('after it')).resolves.toMatchObject({ seq: 1 })
})
