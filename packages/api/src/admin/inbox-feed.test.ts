import { Hub } from '@acme/realtime'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { range, readInbox } from '../testing/follow.ts'
import { DeafHub } from '../testing/hubs.ts'
import { type Fixture, fixture } from '../testing.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture({ hub: new Hub() })
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatOf(name?: string) {
  const user = await f.user(name)
  const { id: chatId } = await f.as(user).chat.get()
  const say = (who: Parameters<Fixture['as']>[0] = user) =>
    f.as(who).chat.send({ chatId, id: uuidv7(), content: 'text' })
  return { user, chatId, say }
}

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
    // Of 400 messages: the first at once, then ten frames a second at most.
    expect(inbox.events.length).toBeLessThanOrEqual(2 + Math.ceil(seconds * 10))
    expect(inbox.events.every(({ type }) => type === 'new_user_message')).toBe(true)
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
  let given = 0
  // Takes the first frame, and no more until it is told to.
  await using slow = readInbox(f, admin, () => (given++ === 0 ? Promise.resolve() : taking.promise))
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
