import { Hub, relayThroughPostgres } from '@acme/realtime'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { range, readInbox } from '../testing/follow.ts'
import { DeafHub, LateHub } from '../testing/hubs.ts'
import { slowDatabase } from '../testing/slow-answer.ts'
import { type Fixture, fixture } from '../testing.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture({ hub: new Hub() })
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatOf(at = f) {
  const user = await at.user()
  const { id: chatId } = await at.as(user).chat.get()
  const say = (who: Parameters<Fixture['as']>[0] = user, id = uuidv7(), through = at) =>
    through.as(who).chat.send({ chatId, id, content: 'text' })
  return { user, chatId, say }
}
type Inbox = ReturnType<typeof readInbox>
/** How often the inbox was told of a new user message in this chat, and how often of another change. */
const heardOf = (inbox: Inbox, chatId: string) => {
  const about = inbox.events.filter(({ chats }) => chats.some(({ id }) => id === chatId))
  const count = (type: string) => about.filter((event) => event.type === type).length
  return { news: count('new_user_message'), changes: count('chats_changed') }
}
const untilHeard = (inbox: Inbox, chatId: string, atLeast: { news?: number; changes?: number }) =>
  inbox.until(() => {
    const { news, changes } = heardOf(inbox, chatId)
    return news >= (atLeast.news ?? 0) && changes >= (atLeast.changes ?? 0)
  })

test('a user’s message is news, what admins do is a change', async () => {
  const admin = await f.admin()
  const { chatId, say } = await chatOf()
  await using inbox = readInbox(f, admin)
  await say()
  await inbox.until((events) => events.length === 1)
  expect(inbox.events[0]).toMatchObject({
    type: 'new_user_message',
    chats: [{ id: chatId, unread: true, messageCount: 1 }],
  })

  const changes = [
    [() => f.as(admin).chat.markRead({ chatId, upTo: 1 }), { unread: false }],
    [() => say(admin), { messageCount: 2 }],
    [() => f.as(admin).admin.chats.archive({ chatId, upTo: 2 }), { archivedAt: expect.any(Date) }],
    [() => f.as(admin).admin.chats.unarchive({ chatId }), { archivedAt: null }],
  ] as const
  for (const [act, shows] of changes) {
    const before = inbox.events.length
    await act()
    await inbox.until((events) => events.length > before)
    expect(inbox.events.at(-1)).toMatchObject({ type: 'chats_changed', chats: [{ id: chatId, ...shows }] })
  }
})

test('P11 a burst becomes few frames, the last of which shows how it ended', async () => {
  const admin = await f.admin()
  const chats = await Promise.all(range(1, 10).map(() => chatOf()))
  await using one = readInbox(f, admin)
  await using two = readInbox(f, await f.admin())
  const began = performance.now()
  await Promise.all(chats.flatMap(({ say }) => range(1, 40).map(() => say())))
  for (const inbox of [one, two]) {
    const lastOf = (id: string) =>
      inbox.events.flatMap((event) => event.chats).findLast((card) => card.id === id)
    await inbox.until(() => chats.every(({ chatId }) => lastOf(chatId)?.messageCount === 40))
    const seconds = (performance.now() - began) / 1000
    // Of 400 messages: the first at once, then ten frames of a kind a second at most.
    for (const type of ['new_user_message', 'chats_changed'])
      expect(inbox.events.filter((event) => event.type === type).length).toBeLessThanOrEqual(
        2 + Math.ceil(seconds * 10),
      )
    // All of them were announced, and none twice; a hint may come after its message was announced with another one.
    const news = inbox.events
      .filter(({ type }) => type === 'new_user_message')
      .flatMap((event) => event.chats)
    for (const { chatId } of chats) {
      const seqs = news.filter(({ id }) => id === chatId).map(({ lastUserSeq }) => lastUserSeq)
      expect(seqs.at(-1)).toBe(40)
      expect(new Set(seqs).size).toBe(seqs.length)
    }
  }
})

test('a user’s message is not played down by an admin’s change of the same chat at the same time', async () => {
  const admin = await f.admin()
  const { chatId, say } = await chatOf()
  await using inbox = readInbox(f, admin)
  // Opens a window, in which the rest comes together.
  await (await chatOf()).say()
  await inbox.until((events) => events.length === 1)
  await say()
  await f.as(admin).chat.markRead({ chatId, upTo: 1 })
  await inbox.until((events) => events.some(({ chats }) => chats.some(({ id }) => id === chatId)))
  const about = inbox.events.filter(({ chats }) => chats.some(({ id }) => id === chatId))
  expect(about[0]?.type).toBe('new_user_message')
})

test('P11 what a slow admin has not taken is kept as one card per chat', async () => {
  const admin = await f.admin()
  const taking = Promise.withResolvers<void>()
  // Takes the first frame, and no more until it is told to.
  await using slow = readInbox(f, admin, () => taking.promise)
  await using quick = readInbox(f, await f.admin())
  const [one, two] = [await chatOf(), await chatOf()]
  await one.say()
  await slow.until((events) => events.length === 1)
  for (const n of range(2, 6)) {
    await one.say()
    await two.say()
    await quick.until((events) =>
      events.flatMap(({ chats }) => chats).some((c) => c.id === one.chatId && c.messageCount === n),
    )
  }
  await quick.until((events) =>
    events.flatMap(({ chats }) => chats).some((c) => c.id === two.chatId && c.messageCount === 5),
  )
  expect(slow.events).toHaveLength(1)
  taking.resolve()
  await slow.until((events) => events.length === 2)
  expect(slow.events[1]?.chats).toHaveLength(2)
  expect(slow.events[1]?.chats.map(({ messageCount }) => messageCount).toSorted()).toEqual([5, 6])
})

test('P2 with the hints lost, a sweep tells new messages once', async () => {
  await using deaf = await fixture({ hub: new DeafHub() })
  const admin = await deaf.admin()
  await using inbox = readInbox(deaf, admin)
  await deaf.api.sweep()
  const user = await deaf.user()
  const { id: chatId } = await deaf.as(user).chat.get()
  const say = (who: typeof user | typeof admin) =>
    deaf.as(who).chat.send({ chatId, id: uuidv7(), content: 'text' })
  await say(user)
  await deaf.api.sweep()
  await inbox.until((events) => events.length === 1)
  await deaf.api.sweep()
  await deaf.api.sweep()
  await say(admin)
  await vi.waitFor(async () => {
    await deaf.api.sweep()
    expect(inbox.events.length).toBeGreaterThanOrEqual(2)
  }, 5_000)
  expect(inbox.events.map(({ type }) => type)).toEqual(['new_user_message', 'chats_changed'])
})

test('a message that is sent again is not announced again', async () => {
  const { chatId, say } = await chatOf()
  await using inbox = readInbox(f, await f.admin())
  const id = uuidv7()
  await say(undefined, id)
  await untilHeard(inbox, chatId, { news: 1 })
  await say(undefined, id)
  await inbox.until((events) => events.length === 2)
  expect(heardOf(inbox, chatId)).toEqual({ news: 1, changes: 1 })
})

test('a hint that comes after the sweep has told of its message does not announce it again', async () => {
  const hub = new LateHub()
  await using late = await fixture({ hub })
  await using inbox = readInbox(late, await late.admin())
  await late.api.sweep()
  const { chatId, say } = await chatOf(late)
  await say()
  await late.api.sweep()
  await untilHeard(inbox, chatId, { news: 1 })
  expect(hub.release()).toBe(1)
  await inbox.until((events) => events.length === 2)
  expect(heardOf(inbox, chatId)).toEqual({ news: 1, changes: 1 })

  // Also when it comes so late that the chat is not remembered any more.
  await say()
  await late.api.sweep()
  await untilHeard(inbox, chatId, { news: 2 })
  await sql`update support_messages set created_at = created_at - interval '1 hour'`.execute(late.db)
  await sql`update support_chats set last_message_at = last_message_at - interval '1 hour'`.execute(late.db)
  await late.api.sweep()
  await late.api.sweep()
  expect(hub.release()).toBe(1)
  await inbox.until((events) => events.length === 4)
  expect(heardOf(inbox, chatId)).toEqual({ news: 2, changes: 2 })
})

test('a message whose hint is lost is announced once, although it is read and answered before the sweep', async () => {
  await using late = await fixture({ hub: new LateHub() })
  const admin = await late.admin()
  await using inbox = readInbox(late, admin)
  await late.api.sweep()
  const { chatId, say } = await chatOf(late)
  await say()
  await late.as(admin).chat.markRead({ chatId, upTo: 1 })
  await untilHeard(inbox, chatId, { changes: 1 })
  await say(admin)
  await untilHeard(inbox, chatId, { changes: 2 })
  expect(heardOf(inbox, chatId).news).toBe(0)
  await late.api.sweep()
  await untilHeard(inbox, chatId, { news: 1 })
  await late.api.sweep()
  await say(admin)
  await untilHeard(inbox, chatId, { changes: 3 })
  expect(heardOf(inbox, chatId)).toEqual({ news: 1, changes: 3 })
})

test('a reply in a chat whose last user message is old announces nothing, swept or not', async () => {
  await using late = await fixture({ hub: new LateHub() })
  const admin = await late.admin()
  const { chatId, say } = await chatOf(late)
  await say()
  await sql`update support_messages set created_at = created_at - interval '1 hour'`.execute(late.db)
  await sql`update support_chats set last_message_at = last_message_at - interval '1 hour'`.execute(late.db)
  await late.api.sweep()
  await using inbox = readInbox(late, admin)
  await late.api.sweep()
  await say(admin)
  await untilHeard(inbox, chatId, { changes: 1 })
  await late.api.sweep()
  await say(admin)
  await untilHeard(inbox, chatId, { changes: 2 })
  expect(heardOf(inbox, chatId)).toEqual({ news: 0, changes: 2 })
})

test('a message that is stored while a sweep reads is announced once', async () => {
  await using one = await fixture()
  await using slow = await slowDatabase(one.databaseUrl)
  await using sweeping = await fixture({ databaseUrl: slow.url })
  await using inbox = readInbox(sweeping, await one.admin())
  const { chatId, say } = await chatOf(sweeping)
  await sweeping.api.sweep()
  const held = slow.holdAnswerTo('last_message_at >')
  const sweep = sweeping.api.sweep()
  await held.answered
  await say()
  await untilHeard(inbox, chatId, { news: 1 })
  held.release()
  await sweep
  await sweeping.api.sweep()
  await say(await one.admin())
  await untilHeard(inbox, chatId, { changes: 1 })
  expect(heardOf(inbox, chatId)).toEqual({ news: 1, changes: 1 })
})

test('with several processes each message is announced once to everybody, whatever is sent again or swept', async () => {
  await using one = await fixture()
  await using two = await fixture({ databaseUrl: one.databaseUrl })
  const both = [one, two]
  await using relays = new AsyncDisposableStack()
  for (const { hub, db, databaseUrl } of both)
    relays.use(await relayThroughPostgres({ hub, pool: db.pool, databaseUrl }))
  const admin = await one.admin()
  await using left = readInbox(one, admin)
  await using right = readInbox(two, admin)
  const inboxes = [left, right]
  const sweep = () => Promise.all(both.map(({ api }) => api.sweep()))
  await sweep()

  const { user, chatId, say } = await chatOf(one)
  for (const n of range(1, 5)) {
    const id = uuidv7()
    await Promise.all([say(user, id, one), say(user, id, two), sweep()])
    await Promise.all(inboxes.map((inbox) => untilHeard(inbox, chatId, { news: n })))
    await say(user, id, two)
    await sweep()
    await one.as(admin).chat.markRead({ chatId, upTo: n })
    await say(user, id, one)
    await two.as(admin).admin.chats.archive({ chatId, upTo: n })
    await sweep()
  }
  // Hints of one process come in order, so what one of each has said now comes last.
  const last = await Promise.all(both.map((at) => chatOf(at)))
  for (const { say: sayLast } of last) await sayLast()
  for (const inbox of inboxes) {
    for (const end of last) await untilHeard(inbox, end.chatId, { news: 1 })
    expect(heardOf(inbox, chatId).news).toBe(5)
  }
})

test('P2 in a database restored from a backup a message with a seq that was there before is announced', async () => {
  const { chatId, say } = await chatOf()
  await using inbox = readInbox(f, await f.admin())
  await f.api.sweep()
  for (const _ of range(1, 3)) await say()
  await untilHeard(inbox, chatId, { news: 1 })
  await f.api.sweep()
  await sql`delete from support_messages where chat_id = ${chatId} and seq > 1`.execute(f.db)
  await sql`update support_chats set last_seq = 1, last_user_seq = 1 where id = ${chatId}`.execute(f.db)
  await sql`update installation set epoch = gen_random_uuid()`.execute(f.db)
  await f.api.sweep()
  const before = heardOf(inbox, chatId).news
  await say()
  await untilHeard(inbox, chatId, { news: before + 1 })
})

test('an answer of the database that comes late does not overwrite a newer one', async () => {
  await using slow = await slowDatabase(f.databaseUrl)
  await using behind = await fixture({ hub: f.hub, databaseUrl: slow.url })
  const { chatId, say } = await chatOf()
  await using inbox = readInbox(behind, await f.admin())
  await using quick = readInbox(f, await f.admin())
  const countsIn = ({ events }: Inbox) =>
    events.flatMap(({ chats }) => chats.filter(({ id }) => id === chatId).map((c) => c.messageCount))
  const held = slow.holdAnswerTo('last_message_preview')
  await say()
  await held.answered
  // A feed that waits for nothing has two more windows meanwhile.
  for (const n of [2, 3]) {
    await say()
    await quick.until(() => countsIn(quick).includes(n))
  }
  held.release()
  await say()
  await inbox.until(() => countsIn(inbox).includes(4))
  expect(countsIn(inbox)).toEqual(countsIn(inbox).toSorted())
})
