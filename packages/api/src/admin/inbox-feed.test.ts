import { Hub } from '@acme/realtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range, readInbox } from '../testing/follow.ts'
import { chatOf } from '../testing/inbox.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture({ hub: new Hub() })
})
afterAll(() => f[Symbol.asyncDispose]())

test('a user’s message is news, what admins do is a change', async () => {
  const admin = await f.admin()
  const { chatId, say } = await chatOf(f)
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
  const chats = await Promise.all(range(1, 10).map(() => chatOf(f)))
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
  const { chatId, say } = await chatOf(f)
  await using inbox = readInbox(f, admin)
  // Opens a window, in which the rest comes together.
  await (await chatOf(f)).say()
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
  const [one, two] = [await chatOf(f), await chatOf(f)]
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
