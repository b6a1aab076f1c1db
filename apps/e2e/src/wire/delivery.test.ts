import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { follow, numbers } from '../testing/follower.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { logIn, overHttp, overSocket, type SignedIn, signInAs, somebody } from '../testing/wire.ts'

describe.each([
  { title: 'one server process', servers: 1 },
  { title: 'two server processes with the clients split between them', servers: 2 },
])('$title', ({ servers }) => {
  let stack: Stack
  let db: pg.Client
  /** Each next client is at the next process. */
  const at = (n: number) => stack.servers[n % servers]?.url ?? ''
  const again = (signedIn: SignedIn, n: number): SignedIn => ({
    ...signedIn,
    trpc: overHttp(at(n), signedIn.credentials),
  })
  beforeAll(async () => {
    stack = await startStack({ servers })
    db = new pg.Client({ connectionString: stack.databaseUrl })
    await db.connect()
  })
  afterAll(async () => {
    await db?.end()
    await stack?.[Symbol.asyncDispose]()
  })

  test('P5 50 first requests of one user at once make one chat', async () => {
    const person = somebody('alice')
    const sessions = await Promise.all(numbers(10).map((n) => signInAs(stack, person, at(n))))
    const chats = await Promise.all(
      numbers(50).map((n) => {
        const session = sessions[n % sessions.length]
        return session && again(session, n).trpc.chat.get.query()
      }),
    )
    expect(new Set(chats.map((chat) => chat?.id)).size).toBe(1)
    const { rows } = await db.query(
      'select count(*)::int as n from support_chats c join users u on u.id = c.user_id where u.external_id = $1',
      [person.externalId],
    )
    expect(rows).toEqual([{ n: 1 }])
  })

  test('P2 P3 P4 20 clients sending 50 messages each into one chat arrive everywhere as 1 to 1000 in one order', async () => {
    const alice = await signInAs(stack, somebody('alice'))
    const sam = await logIn(stack)
    const chat = await alice.trpc.chat.get.query()
    const team = await Promise.all(
      numbers(19).map(async (n) => {
        const agent = { email: `agent${n}-${servers}@support.example`, password: 'a long password for all' }
        await sam.trpc.admin.team.add.mutate({ ...agent, name: `Agent ${n}` })
        return logIn(stack, at(0), agent)
      }),
    )
    const sockets = [alice, ...team].map((person, n) => overSocket(at(n), person.credentials))
    const followers = sockets.map((socket) => follow(socket, chat.id, `${chat.epoch}:0`))
    await Promise.all(followers.map(({ synced }) => synced))

    await Promise.all(
      sockets.map(async ({ trpc }, sender) => {
        for (const n of numbers(50)) {
          const message = { chatId: chat.id, id: uuidv7(), content: `${sender}: ${n}` }
          // Every fifth is sent twice at once, as after a lost answer.
          const answers = await Promise.all(
            n % 5 === 0
              ? [trpc.chat.send.mutate(message), trpc.chat.send.mutate(message)]
              : [trpc.chat.send.mutate(message)],
          )
          expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1)
        }
      }),
    )
    await Promise.all(followers.map(({ reached }) => reached(1000)))

    const first = followers[0]?.heard.map(({ id }) => id)
    for (const { heard } of followers) {
      expect(heard.map(({ seq }) => seq)).toEqual(numbers(1000))
      expect(heard.map(({ id }) => id)).toEqual(first)
    }
    const times = followers[0]?.heard.map(({ createdAt }) => createdAt.getTime()) ?? []
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    // What one sender wrote one after the other stays in that order.
    for (const sender of numbers(20).map((n) => n - 1)) {
      const own = followers[0]?.heard.filter(({ content }) => content.startsWith(`${sender}: `))
      expect(own?.map(({ content }) => content)).toEqual(numbers(50).map((n) => `${sender}: ${n}`))
    }
    for (const socket of sockets) socket[Symbol.dispose]()
  })

  test('P6 read marks set while messages arrive are exact, on both sides', async () => {
    const alice = await signInAs(stack, somebody('alice'))
    const sam = again(await logIn(stack), 1)
    const chat = await alice.trpc.chat.get.query()
    let latest = 0
    const writing = Promise.all([
      ...numbers(40).map(async (n) => {
        const from = n % 2 === 0 ? alice : sam
        const { seq } = await from.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: `${n}` })
        latest = Math.max(latest, seq)
        // Both read something they have seen, some of it long ago.
        await Promise.all([
          alice.trpc.chat.markRead.mutate({ chatId: chat.id, upTo: seq }),
          sam.trpc.chat.markRead.mutate({ chatId: chat.id, upTo: Math.max(0, seq - 3) }),
        ])
      }),
    ])
    await writing
    const { rows } = await db.query(
      `select c.user_read_seq as "user", c.admin_read_seq as admin,
         coalesce(array_agg(m.seq) filter (where m.sender_type = 'admin' and m.read_at is null), '{}') as unread_by_user,
         coalesce(array_agg(m.seq) filter (where m.sender_type = 'user' and m.read_at is null), '{}') as unread_by_admins,
         coalesce(array_agg(m.seq) filter (where m.sender_type = 'user'), '{}') as by_user
       from support_chats c join support_messages m on m.chat_id = c.id where c.id = $1 group by c.id`,
      [chat.id],
    )
    const [row] = rows
    expect(row.user).toBe(40)
    expect(row.unread_by_user).toEqual([])
    expect(row.admin).toBe(37)
    expect(row.unread_by_admins.toSorted()).toEqual(row.by_user.filter((seq: number) => seq > 37).toSorted())
    expect(await alice.trpc.chat.unread.query()).toEqual({ unreadCount: 0 })
  })

  test('P7 a user’s message against an archive at the same time: woken, or refused, never hidden', async () => {
    const alice = await signInAs(stack, somebody('alice'))
    const sam = again(await logIn(stack), 1)
    const chat = await alice.trpc.chat.get.query()
    for (const round of numbers(40)) {
      const [sent, archived] = await Promise.allSettled([
        alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: `${round}` }),
        sam.trpc.admin.chats.archive.mutate({ chatId: chat.id, upTo: round - 1 }),
      ])
      expect(sent.status).toBe('fulfilled')
      if (archived.status === 'rejected') {
        expect(archived.reason).toMatchObject({ data: { code: 'CONFLICT', reason: 'chat_moved_on' } })
      }
      const { rows } = await db.query('select archived_at from support_chats where id = $1', [chat.id])
      expect(rows).toEqual([{ archived_at: null }])
    }
    // Nothing unseen is there: now it is archived, an admin's word leaves it so, the user's wakes it.
    await sam.trpc.admin.chats.archive.mutate({ chatId: chat.id, upTo: 40 })
    const archivedChats = async () =>
      (await sam.trpc.admin.chats.list.query({ archived: true })).chats.map(({ id }) => id)
    await sam.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'one more thing' })
    expect(await archivedChats()).toContain(chat.id)
    await alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'thanks' })
    expect(await archivedChats()).not.toContain(chat.id)
  })
})
