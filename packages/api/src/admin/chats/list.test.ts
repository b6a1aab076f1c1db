import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture } from '../../testing/fixture.ts'
import { range } from '../../testing/follow.ts'

let f: Fixture
let admin: Awaited<ReturnType<Fixture['admin']>>
beforeAll(async () => {
  f = await fixture()
  admin = await f.admin()
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatSaying(content: string, name?: string) {
  const user = await f.user(name)
  const { id } = await f.as(user).chat.get()
  const say = (text: string) => f.as(user).chat.send({ chatId: id, id: uuidv7(), content: text })
  await say(content)
  return { id, user, say }
}
type ListInput = NonNullable<Parameters<ReturnType<Fixture['as']>['admin']['chats']['list']>[0]>
const list = (input: ListInput = {}) => f.as(admin).admin.chats.list(input)
const ids = async (input: ListInput) => (await list(input)).chats.map(({ id }) => id)

test('the list is in order of the newest message, and each tab has its own chats', async () => {
  const [one, two, three] = [await chatSaying('one'), await chatSaying('two'), await chatSaying('three')]
  expect((await ids({})).slice(0, 3)).toEqual([three.id, two.id, one.id])
  await one.say('again')
  expect((await ids({})).slice(0, 3)).toEqual([one.id, three.id, two.id])

  await f.as(admin).admin.chats.archive({ chatId: three.id, upTo: 1 })
  expect((await ids({})).slice(0, 2)).toEqual([one.id, two.id])
  expect(await ids({ archived: true })).toEqual([three.id])
  await f.as(admin).admin.chats.unarchive({ chatId: three.id })
  expect(await ids({ archived: true })).toEqual([])
})

test('a card has what the inbox shows', async () => {
  const { id, user } = await chatSaying('first')
  const answer = { chatId: id, id: uuidv7(), content: 'the\nanswer' }
  const sent = await f.as(admin).chat.send(answer)
  const [card] = (await list({})).chats
  expect(card).toEqual({
    id,
    user: {
      id: user.userId,
      kind: 'user',
      name: 'Alice',
      email: expect.stringContaining('@example.com'),
      emailOptedOut: false,
    },
    lastMessage: { preview: 'the answer', senderType: 'admin' },
    lastMessageAt: sent.createdAt,
    messageCount: 2,
    lastUserSeq: 1,
    unread: true,
    archivedAt: null,
  })
  await f.as(admin).chat.markRead({ chatId: id, upTo: 2 })
  expect((await list({})).chats[0]?.unread).toBe(false)
})

test('paging shows every chat that stayed in place exactly once, also while messages move others up', async () => {
  const chats = []
  for (const n of range(1, 60)) chats.push(await chatSaying(`paging ${n}`))
  // Many with the very same time: the id decides, and no page edge falls between two of them twice.
  const same = chats.slice(10, 30).map(({ id }) => id)
  const at = new Date(Date.now() - 3_600_000)
  await f.db.updateTable('supportChats').set({ lastMessageAt: at }).where('id', 'in', same).execute()

  // And some within one millisecond, which a Date cannot tell apart.
  const close = chats.slice(30, 50).map(({ id }) => id)
  await sql`update support_chats set last_message_at = ${at}::timestamptz + array_position(${close}::uuid[], id) * interval '1 microsecond'
    where id = any(${close}::uuid[])`.execute(f.db)

  const moved = new Set<string>()
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ limit: 7, cursor })
    seen.push(...page.chats.map(({ id }) => id))
    cursor = page.nextCursor
    const one = chats[Math.floor(Math.random() * 30)]
    if (one) {
      await one.say('up again')
      moved.add(one.id)
    }
  } while (cursor)
  const everybody = await f.db.selectFrom('supportChats').select('id').execute()
  const stayed = everybody.map(({ id }) => id).filter((id) => !moved.has(id))
  expect(new Set(seen).size).toBe(seen.length)
  expect(new Set(stayed.filter((id) => !seen.includes(id)))).toEqual(new Set())
  const exact = await list({ limit: 100 })
  expect(exact.nextCursor).toBeNull()
})

test('search finds words of any message, and beginnings of names and addresses', async () => {
  const parcel = await chatSaying('Where is my Parcel-4711?', 'Zoë')
  await parcel.say('It was to come on Monday')
  const other = await chatSaying('Nothing here', 'Xaver')
  for (const search of [
    'parcel',
    'PARCEL',
    '4711',
    'parcel-4711',
    'monday',
    'come monday',
    'Zoë',
    'zo',
    '  zoë  ',
    'zoë.',
  ]) {
    expect(await ids({ search }), search).toEqual([parcel.id])
  }
  expect(await ids({ search: 'xav' })).toEqual([other.id])
  expect(await ids({ search: `xaver.${other.user.userId}@example.com` })).toEqual([other.id])
  expect(await ids({ search: 'parcel nowhere' })).toEqual([])
  await f.as(admin).admin.chats.archive({ chatId: parcel.id, upTo: 2 })
  expect(await ids({ search: 'parcel' })).toEqual([])
  expect(await ids({ search: 'parcel', archived: true })).toEqual([parcel.id])
  // Only white space is no search.
  expect((await ids({ search: '  \t ' })).length).toBeGreaterThan(3)
})

test('P10 whatever is typed into the search, it is an answer and never an error', async () => {
  const odd = [
    ...[
      "'",
      '"',
      "''",
      "a' or '1'='1",
      "'; drop table users --",
      '\\',
      "\\'",
      '%',
      '_',
      '*',
      ':*',
      'a:*',
      '!',
      '!!a',
    ],
    ...[
      '&',
      '|',
      '()',
      '(',
      'a & | b',
      '<->',
      'a <-> b',
      '-',
      '--',
      '/*',
      '$1',
      '{}',
      '[]',
      '@',
      'a@',
      '.',
      '…',
    ],
    ...[
      '👩‍👩‍👧‍👦',
      '🇫🇷',
      '\u0000',
      'a\u0000b',
      '\u202e',
      '\ufeff',
      '\ud800',
      'a\nb',
      'ⅷ',
      '²',
      '①',
      'ß',
      'İ',
      '漢字',
      'שלום',
    ],
    ...['x'.repeat(200), 'a '.repeat(100), '\u0301'.repeat(50), 'null', 'undefined', '__proto__'],
  ]
  for (const search of odd) {
    const { chats } = await list({ search, limit: 1 })
    expect(chats.length, JSON.stringify(search)).toBeLessThanOrEqual(1)
  }
})
