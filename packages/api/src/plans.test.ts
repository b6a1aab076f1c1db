import { connect } from '@acme/db'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpContext } from './testing/call.ts'
import { type Fixture, fixture } from './testing/fixture.ts'

/** More than a page holds by far: whoever reads the table instead of an index reads thousands of buffers. */
const CHATS = 20_000
let f: Fixture
const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

beforeAll(async () => {
  f = await fixture()
  await using seed = connect({ url: f.databaseUrl, queryTimeoutMs: 0 })
  await sql`
    insert into users (id, kind, external_id, name, email)
    select lpad(to_hex(n), 32, '0')::uuid, 'user', 'u' || n, 'Name' || n, 'n' || n || '@example.com'
    from generate_series(1, ${CHATS}::int) n`.execute(seed)
  await sql`
    insert into support_chats (id, user_id, last_seq, last_user_seq, user_read_seq, last_message_at,
      last_message_preview, last_message_sender_type, archived_at, reply_email_due_at)
    select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, lpad(to_hex(n), 32, '0')::uuid,
      case when n = 1 then 20000 else 5 end, 5, 0, now() - n * interval '1 minute', 'text', 'admin',
      case when n % 3 = 0 then now() end, case when n % 500 = 0 then now() + n * interval '1 second' end
    from generate_series(1, ${CHATS}::int) n`.execute(seed)
  await sql`
    insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, read_at)
    select md5(c.id::text || seq)::uuid, c.id, seq, 'message ' || seq || ' of n' || right(c.id::text, 6),
      case when seq % 2 = 0 then 'admin' else 'user' end, c.user_id, case when seq not in (4, 19998) then now() end
    from support_chats c, generate_series(1, c.last_seq) seq`.execute(seed)
  await sql`vacuum analyze`.execute(seed)
})
afterAll(() => f[Symbol.asyncDispose]())

interface Plan {
  statement: string
  text: string
  buffers: number
}

/** Runs it, and explains every statement it has sent, as the database would run it for those values. */
async function plansOf(run: () => Promise<unknown>): Promise<Plan[]> {
  const sent: { text: string; values: unknown[] }[] = []
  const client = await f.db.pool.connect()
  client.release()
  // pg's own client, of which ours is a kind.
  const spied = Object.getPrototypeOf(Object.getPrototypeOf(client))
  const original: unknown = Reflect.get(spied, 'query')
  if (typeof original !== 'function') throw new Error('pg has no query')
  spied.query = function (this: unknown, ...args: unknown[]) {
    const [first, second] = args
    const text: unknown = typeof first === 'string' ? first : first && Reflect.get(first, 'text')
    const values: unknown = Array.isArray(second)
      ? second
      : typeof first === 'object' && first && Reflect.get(first, 'values')
    if (typeof text === 'string') sent.push({ text, values: Array.isArray(values) ? values : [] })
    return Reflect.apply(original, this, args)
  }
  try {
    await run()
  } finally {
    spied.query = original
  }
  const plans: Plan[] = []
  for (const { text, values } of sent.filter(({ text }) => /^\s*(select|update|with)/i.test(text))) {
    const connection = await f.db.pool.connect()
    try {
      await connection.query('begin')
      const { rows } = await connection.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, buffers, timing off) ${text}`,
        values,
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      const [, hit = '0'] = /shared hit=(\d+)/.exec(plan) ?? []
      const [, read = '0'] = /Buffers: shared(?: hit=\d+)? read=(\d+)/.exec(plan) ?? []
      plans.push({ statement: text, text: plan, buffers: Number(hit) + Number(read) })
    } finally {
      await connection.query('rollback')
      connection.release()
    }
  }
  return plans
}

const admin = () =>
  f.api.router.createCaller(
    httpContext({ type: 'admin', userId: id(1), sessionId: id(1), name: null, email: '' }),
  )
const user = (n: number) => {
  const userId = `${'0'.repeat(32 - n.toString(16).length)}${n.toString(16)}`
  const uuid = userId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return f.api.router.createCaller(
    httpContext({ type: 'user', kind: 'user', userId: uuid, sessionId: id(1), name: null, language: null }),
  )
}

const firstPage = () => admin().admin.chats.list({})
const cases: [what: string, run: () => Promise<unknown>, atMost: number][] = [
  ['the inbox', firstPage, 250],
  ['the archive', () => admin().admin.chats.list({ archived: true }), 250],
  [
    'a page far down the inbox',
    () => admin().admin.chats.list({ cursor: `2000-01-01 00:00:00+00|${id(1)}` }),
    250,
  ],
  ['opening a small chat', () => user(42).chat.get(), 250],
  ['opening a chat with 20,000 messages', () => user(1).chat.get(), 250],
  ['opening a chat with 20,000 messages as an admin', () => admin().admin.chats.get({ chatId: id(1) }), 250],
  ['noting that a chat was opened', () => admin().admin.chats.view({ chatId: id(1) }), 250],
  ['a page of history', () => admin().chat.history({ chatId: id(1), before: 10_000 }), 250],
  ['the unread count', () => user(42).chat.unread(), 50],
  ['the unread count of a chat with 20,000 messages', () => user(1).chat.unread(), 50],
  ['marking read', () => user(42).chat.markRead({ chatId: id(42), upTo: 3 }), 250],
  ['the sweep', () => f.api.sweep(), 100],
  [
    'messages after a cursor',
    () =>
      sql`select * from support_messages where chat_id = ${id(1)} and seq > 19000 order by seq limit 200`.execute(
        f.db,
      ),
    250,
  ],
  [
    'claiming what is due',
    () =>
      sql`select id from support_chats where reply_email_due_at <= now()
        order by reply_email_due_at limit 500 for update skip locked`.execute(f.db),
    50,
  ],
]

/** How many match is not known beforehand, so at this size Postgres may walk all chats, but never all messages. */
const searches: typeof cases = [
  ['a search for a rare word', () => admin().admin.chats.list({ search: 'n000042' }), 1_500],
  ['a search for a person', () => admin().admin.chats.list({ search: 'name777' }), 1_500],
]

test.each(searches)('%s goes by the text’s index', async (_, run, atMost) => {
  const [plan] = await plansOf(run)
  expect(plan?.text).toMatch(/Index Scan on support_messages_content/)
  expect(plan?.text).toMatch(/Index Scan on users_search/)
  expect(plan?.text).not.toMatch(/Seq Scan on support_messages/)
  expect(plan?.buffers, plan?.text).toBeLessThanOrEqual(atMost)
})

test.each(cases)(
  '%s is found by an index and reads little, however much there is',
  async (_, run, atMost) => {
    const plans = await plansOf(run)
    expect(plans.length).toBeGreaterThan(0)
    for (const { statement, text, buffers } of plans) {
      const label = `${statement}\n${text}`
      expect(text, label).not.toMatch(/Seq Scan on (support_messages|support_chats|users)/)
      expect(buffers, label).toBeLessThanOrEqual(atMost)
    }
  },
)
