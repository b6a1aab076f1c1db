import { Hub, relayThroughPostgres } from '@acme/realtime'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range, readInbox } from '../testing/follow.ts'
import { DeafHub, LateHub } from '../testing/hubs.ts'
import { chatOf, heardOf, type Inbox, untilHeard } from '../testing/inbox.ts'
import { slowDatabase } from '../testing/slow-answer.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture({ hub: new Hub() })
})
afterAll(() => f[Symbol.asyncDispose]())

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
  const { chatId, say } = await chatOf(f)
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
  const { chatId, say } = await chatOf(f)
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
  const { chatId, say } = await chatOf(f)
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
