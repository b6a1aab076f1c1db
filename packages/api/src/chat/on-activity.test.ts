import { Hub } from '@acme/realtime'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Participant } from '../contract.ts'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { readActivity } from '../testing/follow.ts'
import { Rooms } from './activity/rooms.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatOf() {
  const user = await f.user('Ada')
  const admin = await f.admin('Grace')
  const { id: chatId } = await f.as(user).chat.get()
  const say = (who: typeof user | typeof admin) =>
    f.as(who).chat.send({ chatId, id: uuidv7(), content: 'text' })
  return { user, admin, chatId, say }
}

describe('what goes on around the messages', () => {
  test('the first event is the whole present state, and read marks and the archive follow', async () => {
    const { user, admin, chatId, say } = await chatOf()
    await say(user)
    await say(admin)
    await f.as(admin).chat.markRead({ chatId, upTo: 1 })
    await using activity = readActivity(f, user, chatId)
    await activity.until((events) => events.length > 0)
    expect(activity.events[0]).toEqual({
      userReadSeq: 0,
      adminReadSeq: 1,
      archivedAt: null,
      typing: [],
      here: [],
    })

    await f.as(user).chat.markRead({ chatId, upTo: 2 })
    await activity.until((events) => events.at(-1)?.userReadSeq === 2)
    await f.as(admin).admin.chats.archive({ chatId, upTo: 2 })
    await activity.until((events) => events.at(-1)?.archivedAt instanceof Date)
    await say(user)
    await activity.until((events) => events.at(-1)?.archivedAt === null)
  })

  test('each sees that the other is here, is typing, stops typing, and leaves', async () => {
    const { user, admin, chatId } = await chatOf()
    await using ada = readActivity(f, user, chatId)
    await ada.until((events) => events.length > 0)
    const grace = readActivity(f, admin, chatId)
    const [adaIs, graceIs] = [
      { id: user.userId, side: 'user', name: 'Ada' },
      { id: admin.userId, side: 'admin', name: 'Grace' },
    ]
    await ada.until((events) => events.at(-1)?.here.length === 1)
    await grace.until((events) => events.at(-1)?.here.length === 1)
    expect(ada.events.at(-1)?.here).toEqual([graceIs])
    expect(grace.events.at(-1)?.here).toEqual([adaIs])

    await f.as(admin).chat.setTyping({ chatId, typing: true })
    await ada.until((events) => events.at(-1)?.typing.length === 1)
    expect(ada.events.at(-1)?.typing).toEqual([graceIs])
    expect(grace.events.every(({ typing }) => typing.length === 0)).toBe(true)
    await f.as(admin).chat.setTyping({ chatId, typing: false })
    await ada.until((events) => events.at(-1)?.typing.length === 0)

    await f.as(admin).chat.setTyping({ chatId, typing: true })
    await ada.until((events) => events.at(-1)?.typing.length === 1)
    await grace.stop()
    await ada.until((events) => events.at(-1)?.here.length === 0)
    expect(ada.events.at(-1)?.typing).toEqual([])
  })

  test('who closes one of two tabs is still here', async () => {
    const { user, admin, chatId } = await chatOf()
    const tab = readActivity(f, user, chatId)
    await using otherTab = readActivity(f, user, chatId)
    await Promise.all([tab.until((e) => e.length > 0), otherTab.until((e) => e.length > 0)])
    await using grace = readActivity(f, admin, chatId)
    await grace.until((events) => events.at(-1)?.here.length === 1)
    await tab.stop()
    await f.as(user).chat.setTyping({ chatId, typing: true })
    await grace.until((events) => events.at(-1)?.typing.length === 1)
    expect(grace.events.at(-1)?.here).toMatchObject([{ name: 'Ada' }])
    expect(otherTab.events.at(-1)?.here).toMatchObject([{ name: 'Grace' }])
  })

  test('P9 who is not let in says nothing in the chat, and leaves no listener', async () => {
    const { chatId } = await chatOf()
    const published: unknown[] = []
    const stop = f.hub.relay((hint) => published.push(hint))
    await expect(readActivity(f, await f.user('Mallory'), chatId).ended).rejects.toThrow('no such chat')
    stop()
    expect(published).toEqual([])
    expect(f.hub.topics('chat:')).toEqual([])
  })
})

describe('presence', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const ada: Participant = { id: 'a', side: 'user', name: null }
  const bob: Participant = { id: 'b', side: 'admin', name: 'Bob' }

  /** A room in which Ada is, and what goes from it to other processes. */
  async function roomOf() {
    const hub = new Hub()
    const published: string[] = []
    hub.relay(({ body }) => published.push(`${body.type} ${body.id}`))
    let now = 0
    const state = { userId: 'a', userReadSeq: 0, adminReadSeq: 0, archivedAt: null }
    const rooms = new Rooms({ hub, readState: async () => state, onError: () => {}, now: () => now })
    const room = rooms.use('c')
    await room.state()
    const member = { self: ada, changed: () => {} }
    room.join(member)
    return {
      rooms,
      room,
      member,
      published,
      hear: (type: string, who = bob) =>
        hub.deliver('chat:c', { type, ...who, ...(type === 'typing' && { typing: true }) }),
      at(ms: number) {
        now = ms
        room.tick()
        return { here: room.activityFor(ada)?.here, typing: room.activityFor(ada)?.typing }
      },
    }
  }

  test('what a sweep has read is looked at again while the state is read: the chat may have changed to and fro', async () => {
    const hub = new Hub()
    const state = (archivedAt: Date | null) => ({ userId: 'a', userReadSeq: 0, adminReadSeq: 0, archivedAt })
    const [active, archived] = [state(null), state(new Date(0))]
    const slow = Promise.withResolvers<typeof active>()
    const answers = [Promise.resolve(active), slow.promise, Promise.resolve(active)]
    const readState = async () => answers.shift() ?? active
    const rooms = new Rooms({ hub, readState, onError: () => {} })
    const room = rooms.use('c')
    await room.state()
    room.join({ self: ada, changed: () => {} })
    // Archived, and woken by a hint that is lost.
    hub.deliver('chat:c', { type: 'state' })
    hub.deliver('chat:c', { type: 'state' }, active)
    slow.resolve(archived)
    await expect.poll(() => answers.length).toBe(0)
    await room.state()
    expect(room.activityFor(ada)?.archivedAt).toBeNull()
    rooms.close()
  })

  test('typing fades after six seconds, being here after twice the interval and a little, unless repeated', async () => {
    const { rooms, hear, at } = await roomOf()
    hear('arrived')
    hear('typing')
    expect(at(5_999)).toEqual({ here: [bob], typing: [bob] })
    expect(at(6_000)).toEqual({ here: [bob], typing: [] })
    at(20_000)
    hear('here')
    expect(at(44_999).here).toEqual([bob])
    expect(at(45_000).here).toEqual([])
    rooms.close()
  })

  test('who left is gone soon, unless they are here from another process too and say so', async () => {
    const { rooms, hear, at } = await roomOf()
    hear('here')
    hear('left')
    expect(at(1_499).here).toEqual([bob])
    expect(at(1_500).here).toEqual([])
    hear('here')
    hear('left')
    hear('here')
    expect(at(3_500).here).toEqual([bob])
    rooms.close()
  })

  test('who is alone repeats nothing; with somebody elsewhere it is repeated every ten seconds', async () => {
    const { rooms, published, hear, at } = await roomOf()
    for (const ms of [10_000, 20_000, 30_000]) at(ms)
    expect(published).toEqual(['arrived a'])
    hear('here')
    at(40_000)
    at(41_000)
    hear('here')
    at(50_000)
    expect(published).toEqual(['arrived a', 'here a', 'here a'])
    rooms.close()
  })

  test('every room says within two minutes who is in it, for those who missed it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { rooms, published } = await roomOf()
    vi.advanceTimersByTime(120_000)
    expect(published).toContain('here a')
    rooms.close()
  })

  test('P11 a crowd is not kept without bound', async () => {
    const { rooms, hear, at } = await roomOf()
    for (let n = 0; n < 1_000; n++) hear('here', { ...bob, id: `p${n}` })
    expect(at(1).here?.length).toBeLessThanOrEqual(20)
    rooms.close()
  })

  test('a room that nobody uses any more is gone', async () => {
    const { rooms, room, member, published } = await roomOf()
    room.leave(member)
    rooms.letGo('c', room)
    expect(published).toEqual(['arrived a', 'left a'])
    expect(rooms.use('c')).not.toBe(room)
    rooms.close()
  })
})
