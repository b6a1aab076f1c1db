import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Member } from '../identity/caller.ts'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range } from '../testing/follow.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatOf() {
  const user = await f.user()
  const admin = await f.admin()
  const { id: chatId } = await f.as(user).chat.get()
  const say = (who: Member) => f.as(who).chat.send({ chatId, id: uuidv7(), content: 'text' })
  const mark = (who: Member, upTo: number) => f.as(who).chat.markRead({ chatId, upTo })
  return { user, admin, chatId, say, mark }
}
const rows = (chatId: string) =>
  f.db.selectFrom('supportMessages').selectAll().where('chatId', '=', chatId).orderBy('seq').execute()
const readSeqs = async (chatId: string) => (await rows(chatId)).filter((m) => m.readAt).map(({ seq }) => seq)
const chatRow = (id: string) =>
  f.db.selectFrom('supportChats').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('read state', () => {
  test('P6 reading up to n marks exactly the other side’s messages up to n, for both sides', async () => {
    const { user, admin, chatId, say, mark } = await chatOf()
    for (const who of [user, admin, admin, user, admin, user]) await say(who)
    expect(await mark(user, 4)).toEqual({ upTo: 4 })
    expect(await readSeqs(chatId)).toEqual([2, 3])
    expect(await mark(admin, 4)).toEqual({ upTo: 4 })
    expect(await readSeqs(chatId)).toEqual([1, 2, 3, 4])
    expect(await f.as(user).chat.unread()).toEqual({ unreadCount: 1 })
    expect(await chatRow(chatId)).toMatchObject({ userReadSeq: 4, adminReadSeq: 4 })
  })

  test('P6 marks never move back, and when something was read never changes', async () => {
    const { user, admin, chatId, say, mark } = await chatOf()
    for (let n = 0; n < 5; n++) await say(admin)
    await mark(user, 3)
    const before = await rows(chatId)
    for (const upTo of [0, 1, 2, 3]) expect(await mark(user, upTo)).toEqual({ upTo: 3 })
    expect(await rows(chatId)).toEqual(before)
    await Promise.all([5, 1, 4, 2, 3, 5].map((upTo) => mark(user, upTo)))
    expect((await chatRow(chatId)).userReadSeq).toBe(5)
    const at = (list: typeof before, seq: number) => list.find((m) => m.seq === seq)?.readAt
    expect(at(await rows(chatId), 2)).toEqual(at(before, 2))
  })

  test('P6 P10 reading beyond the end is refused and marks nothing', async () => {
    const { user, admin, chatId, say, mark } = await chatOf()
    await say(admin)
    for (const who of [user, admin]) {
      const details = { field: 'upTo' }
      const refused = { cause: { code: 'BAD_REQUEST', reason: 'read_beyond_end', details } }
      await expect(mark(who, 2)).rejects.toMatchObject(refused)
      await expect(mark(who, 2_147_483_647)).rejects.toMatchObject(refused)
      for (const upTo of [-1, 1.5, 2_147_483_648, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(mark(who, upTo), String(upTo)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
      }
    }
    expect(await readSeqs(chatId)).toEqual([])
  })

  test('P6 whatever the order in which both sides write and read at once, the marks are exact', async () => {
    for (let round = 0; round < 30; round++) {
      const { user, admin, chatId, say, mark } = await chatOf()
      const furthest = { user: 0, admin: 0 }
      let head = 0
      await Promise.all(
        [user, admin, user, admin, user, admin].map(async (who) => {
          for (let step = 0; step < 8; step++) {
            if (Math.random() < 0.5) head = Math.max(head, (await say(who)).seq)
            else {
              const upTo = Math.floor(Math.random() * (head + 1))
              furthest[who.type] = Math.max(furthest[who.type], upTo)
              await mark(who, upTo)
            }
          }
        }),
      )
      const expected = (await rows(chatId))
        .filter(({ senderType, seq }) => seq <= (senderType === 'user' ? furthest.admin : furthest.user))
        .map(({ seq }) => seq)
      expect(await readSeqs(chatId)).toEqual(expected)
      expect(await chatRow(chatId)).toMatchObject({
        userReadSeq: furthest.user,
        adminReadSeq: furthest.admin,
      })
      const unread = (await rows(chatId)).filter((m) => m.senderType === 'admin' && !m.readAt).length
      expect(await f.as(user).chat.unread()).toEqual({ unreadCount: unread })
      const last = (await rows(chatId)).findLast((m) => m.senderType === 'user')?.seq ?? 0
      const { chats } = await f.as(admin).admin.chats.list({ limit: 100 })
      expect(chats.find(({ id }) => id === chatId)?.unread).toBe(last > furthest.admin)
    }
  })

  test('P6 an admin who asks for a chat changes nothing, and gets what is unread now', async () => {
    const { user, admin, chatId, say, mark } = await chatOf()
    for (const who of [user, user, admin, user]) await say(who)
    await mark(admin, 1)
    const before = { chat: await chatRow(chatId), messages: await rows(chatId) }
    const published: string[] = []
    const stop = f.hub.relay(({ topic }) => published.push(topic))
    for (let times = 0; times < 2; times++) {
      const opened = await f.as(admin).admin.chats.get({ chatId })
      expect(opened).toMatchObject({ lastSeq: 4, unreadCount: 2, user: { id: user.userId } })
      expect(opened.messages.map(({ readAt }) => readAt !== null)).toEqual([true, false, false, false])
    }
    stop()
    expect({ chat: await chatRow(chatId), messages: await rows(chatId) }).toEqual(before)
    expect(published).toEqual([])
    await mark(admin, 2)
    expect((await f.as(admin).admin.chats.get({ chatId })).unreadCount).toBe(1)
  })

  test('P6 what an admin was shown is marked, what is committed a moment later is not', async () => {
    for (let round = 0; round < 30; round++) {
      const { user, admin, chatId, say, mark } = await chatOf()
      await say(user)
      const writing = Promise.all(range(1, 10).map(() => say(user)))
      const opened = await f.as(admin).admin.chats.get({ chatId })
      await mark(admin, opened.lastSeq)
      await writing
      const shown = opened.messages.map(({ seq }) => seq)
      expect(opened.lastSeq).toBe(shown.at(-1))
      expect(opened.unreadCount).toBe(shown.length)
      expect(await readSeqs(chatId)).toEqual(shown)
      expect((await chatRow(chatId)).adminReadSeq).toBe(opened.lastSeq)
    }
  })

  test('that an admin opened a chat is noted as often as it is said, and marks nothing read', async () => {
    const { user, admin, chatId, say } = await chatOf()
    await say(user)
    const { adminViewedAt, ...before } = await chatRow(chatId)
    expect(adminViewedAt).toBeNull()
    const first = await f.as(admin).admin.chats.view({ chatId })
    const second = await f.as(admin).admin.chats.view({ chatId })
    expect(second.viewedAt.getTime()).toBeGreaterThanOrEqual(first.viewedAt.getTime())
    expect(await chatRow(chatId)).toEqual({ ...before, adminViewedAt: second.viewedAt })
    expect(await readSeqs(chatId)).toEqual([])
  })

  test('P6 the unread count of an opened chat is that of its page, also while replies come in', async () => {
    for (let round = 0; round < 30; round++) {
      const { user, admin, say, mark } = await chatOf()
      await say(admin)
      const writing = Promise.all(range(1, 10).map(() => say(admin)))
      const opened = await f.as(user).chat.get()
      await writing
      expect(opened.unreadCount).toBe(opened.messages.length)
      expect(await f.as(user).chat.unread()).toEqual({ unreadCount: 11 })
      await mark(user, 11)
    }
  })

  test('an own message is not unread for its writer, and an empty chat has nothing unread', async () => {
    const { user, say } = await chatOf()
    expect(await f.as(user).chat.unread()).toEqual({ unreadCount: 0 })
    await say(user)
    expect(await f.as(user).chat.unread()).toEqual({ unreadCount: 0 })
    const stranger = await f.user()
    expect(await f.as(stranger).chat.unread()).toEqual({ unreadCount: 0 })
    const made = await f.db
      .selectFrom('supportChats')
      .select('id')
      .where('userId', '=', stranger.userId)
      .execute()
    expect(made).toEqual([])
  })
})

describe('the first request', () => {
  test.each([50, 100])('P5 %i first requests at once make one chat, and all get its id', async (count) => {
    for (let round = 0; round < 3; round++) {
      const user = await f.user()
      const chats = await Promise.all(range(1, count).map(() => f.as(user).chat.get()))
      const stored = await f.db
        .selectFrom('supportChats')
        .select('id')
        .where('userId', '=', user.userId)
        .execute()
      expect(stored).toHaveLength(1)
      expect(new Set(chats.map(({ id }) => id))).toEqual(new Set(stored.map(({ id }) => id)))
    }
  })
})
