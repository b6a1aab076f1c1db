import { renewEpoch } from '@acme/db'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { expect, test, vi } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range, readActivity, readInbox, readMessages } from '../testing/follow.ts'
import { ConfusedHub, DeafHub } from '../testing/hubs.ts'

async function chatOf(f: Fixture) {
  const user = await f.user()
  const admin = await f.admin()
  const { id: chatId, epoch } = await f.as(user).chat.get()
  const send = (n: number) => f.as(user).chat.send({ chatId, id: uuidv7(), content: `message ${n}` })
  const sendAll = async (first: number, last: number) => {
    for (const n of range(first, last)) await send(n)
  }
  return { user, admin, chatId, epoch, send, sendAll }
}

test('P2 with every hint lost, the sweep alone delivers messages, read marks and inbox cards', async () => {
  await using f = await fixture({ hub: new DeafHub() })
  const { user, admin, chatId, epoch, sendAll } = await chatOf(f)
  await using messages = readMessages(f, admin, { chatId, lastEventId: `${epoch}:0` })
  await using activity = readActivity(f, user, chatId)
  await using inbox = readInbox(f, admin)
  await Promise.all([messages.until((e) => e.length > 0), activity.until((e) => e.length > 0)])
  await f.api.sweep()

  await sendAll(1, 7)
  await f.as(admin).chat.markRead({ chatId, upTo: 5 })
  expect(messages.seqs()).toEqual([])
  await f.api.sweep()
  await messages.untilSeq(7)
  await activity.until((events) => events.at(-1)?.adminReadSeq === 5)
  await inbox.until((events) => events.length > 0)
  expect(messages.seqs()).toEqual(range(1, 7))
  expect(inbox.events).toMatchObject([{ type: 'new_user_message', chats: [{ id: chatId, messageCount: 7 }] }])

  await f.as(admin).admin.chats.archive({ chatId, upTo: 7 })
  await sendAll(8, 300)
  await f.api.sweep()
  await messages.untilSeq(300)
  expect(messages.seqs()).toEqual(range(1, 300))
  await inbox.until((events) => events.at(-1)?.chats[0]?.messageCount === 300)
})

test('P2 hints that come doubled, late, out of order or about nothing change nothing', async () => {
  const hub = new ConfusedHub()
  await using f = await fixture({ hub })
  const { user, admin, chatId, epoch, sendAll } = await chatOf(f)
  await using one = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
  await using two = readMessages(f, admin, { chatId, lastEventId: `${epoch}:0` })
  const noise = setInterval(() => {
    hub.deliver(`chat:${chatId}`, { type: 'message', seq: Math.floor(Math.random() * 1_000) })
    hub.deliver(`chat:${chatId}`, { type: 'message', seq: -1 })
    hub.deliver(`chat:${chatId}`, { type: 'message', seq: 'x' })
    hub.deliver(`chat:${chatId}`, { nonsense: true })
  }, 1)
  await Promise.all([sendAll(1, 50), sendAll(51, 100), sendAll(101, 150)])
  clearInterval(noise)
  await Promise.all([one.untilSeq(150), two.untilSeq(150)])
  await sendAll(151, 152)
  await Promise.all([one.untilSeq(152), two.untilSeq(152)])
  expect(one.seqs()).toEqual(range(1, 152))
  expect(two.seqs()).toEqual(range(1, 152))
})

test('P11 a reader that takes nothing gets nothing more, others are not held up, and later it gets everything', async () => {
  await using f = await fixture()
  const { user, admin, chatId, epoch, sendAll } = await chatOf(f)
  let taking = Promise.withResolvers<void>()
  const drained = async (signal: AbortSignal) => {
    await Promise.race([taking.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))])
  }
  await using slow = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` }, drained)
  await using quick = readMessages(f, admin, { chatId, lastEventId: `${epoch}:0` })
  await slow.until((events) => events.length === 1)
  await Promise.all([sendAll(1, 300), sendAll(301, 600)])
  await quick.untilSeq(600)
  // It was given one message and waits; of the 599 others it holds a bounded number.
  expect(slow.seqs()).toEqual([1])
  taking.resolve()
  await slow.untilSeq(600)
  expect(slow.seqs()).toEqual(range(1, 600))

  taking = Promise.withResolvers()
  await sendAll(601, 602)
  await slow.untilSeq(601)
  await slow.stop()
  await quick.stop()
  expect(f.hub.topics('chat:')).toEqual([])
})

test('P11 a slow reader’s backlog is given to it one at a time too', async () => {
  await using f = await fixture()
  const { user, chatId, epoch, sendAll } = await chatOf(f)
  await sendAll(1, 250)
  const waiting: (() => void)[] = []
  const drained = () => new Promise<void>((resolve) => waiting.push(resolve))
  await using slow = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` }, drained)
  for (let seq = 1; seq <= 250; seq++) {
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { interval: 1 })
    expect(slow.seqs()).toHaveLength(seq)
    waiting.pop()?.()
  }
  await slow.until((events) => events.at(-1)?.event.type === 'synced')
  expect(slow.seqs()).toEqual(range(1, 250))
})

test('P11 a hint about messages that never were is looked into once, not for ever', async () => {
  await using f = await fixture()
  const { user, chatId, epoch, send } = await chatOf(f)
  await using reading = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
  await reading.until((events) => events.length === 1)
  const query = vi.spyOn(f.db.pool, 'query')
  f.hub.deliver(`chat:${chatId}`, { type: 'message', seq: 1_000 })
  await send(1)
  await reading.untilSeq(1)
  // Whoever went on asking would ask hundreds of times meanwhile.
  await f.db.selectFrom('users').select(sql`pg_sleep(0.1)`.as('slept')).limit(1).execute()
  expect(query.mock.calls.length).toBeLessThan(10)
  query.mockRestore()
})

test('P2 a cursor of another epoch or ahead of the head is answered by reset, and new messages follow', async () => {
  await using f = await fixture()
  const { user, chatId, epoch, send, sendAll } = await chatOf(f)
  await sendAll(1, 3)
  const cursors = [`${uuidv7()}:0`, `${uuidv7()}:3`, `${epoch}:4`, `${epoch}:9999999999`]
  const readings = cursors.map((lastEventId) => readMessages(f, user, { chatId, lastEventId }))
  for (const reading of readings) {
    await reading.until((events) => events.length === 2)
    expect(reading.events.map(({ event }) => event.type)).toEqual(['reset', 'synced'])
    expect(reading.events[0]).toEqual({ cursor: `${epoch}:3`, event: { type: 'reset', epoch, lastSeq: 3 } })
  }
  await send(4)
  for (const reading of readings) {
    await reading.untilSeq(4)
    expect(reading.seqs()).toEqual([4])
    await reading.stop()
  }
})

test('P2 a database restored from a backup is noticed by who is following, and new messages arrive', async () => {
  await using f = await fixture()
  const { user, admin, chatId, epoch, send, sendAll } = await chatOf(f)
  await sendAll(1, 10)
  await using reading = readMessages(f, admin, { chatId, lastEventId: `${epoch}:0` })
  await reading.untilSeq(10)
  await f.api.sweep()

  // What the backup did not have is gone.
  await f.db.deleteFrom('supportMessages').where('chatId', '=', chatId).where('seq', '>', 6).execute()
  await f.db
    .updateTable('supportChats')
    .set({ lastSeq: 6, lastUserSeq: 6 })
    .where('id', '=', chatId)
    .execute()
  const renewed = await renewEpoch(f.db)
  await f.api.sweep()
  await reading.until((events) => events.at(-1)?.event.type === 'reset')
  expect(reading.events.at(-1)).toEqual({
    cursor: `${renewed}:6`,
    event: { type: 'reset', epoch: renewed, lastSeq: 6 },
  })
  expect(await f.as(user).chat.get()).toMatchObject({ epoch: renewed, lastSeq: 6 })

  const sent = await send(7)
  expect(sent.seq).toBe(7)
  await reading.until((events) => events.at(-1)?.event.type === 'new_message')
  expect(reading.events.at(-1)).toMatchObject({ cursor: `${renewed}:7`, event: { message: { id: sent.id } } })
})

test('P2 who follows a chat that the restored database does not have is told too', async () => {
  await using f = await fixture()
  const { admin, chatId, send } = await chatOf(f)
  await send(1)
  await using reading = readMessages(f, admin, { chatId })
  await reading.until((events) => events.length === 1)
  await f.api.sweep()
  await f.db.deleteFrom('supportChats').where('id', '=', chatId).execute()
  const epoch = await renewEpoch(f.db)
  await f.api.sweep()
  await reading.until((events) => events.at(-1)?.event.type === 'reset')
  expect(reading.events.at(-1)?.event).toEqual({ type: 'reset', epoch, lastSeq: 0 })
})

test('P11 a follower ends when its signal aborts, whatever it waits for', async () => {
  await using f = await fixture()
  const { user, chatId, epoch, sendAll } = await chatOf(f)
  await sendAll(1, 3)
  const idle = readMessages(f, user, { chatId, lastEventId: `${epoch}:3` })
  await idle.until((events) => events.length === 1)
  const starting = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
  await Promise.all([idle.stop(), starting.stop()])
  expect(f.hub.topics('chat:')).toEqual([])
})
