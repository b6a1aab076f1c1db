import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { readActivity } from '../testing/follow.ts'
import { type Fixture, fixture } from '../testing.ts'
import { Presence } from './presence.ts'

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

describe('presence fades by itself', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const other = { id: 'b', side: 'admin', name: 'Bob' } as const

  test('typing after six seconds, being here after twice the interval and a little, unless repeated', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const presence = new Presence({ id: 'a', side: 'user', name: null })
    expect(presence.hear({ type: 'arrived', ...other })).toBe('answer')
    presence.hear({ type: 'typing', typing: true, ...other })
    vi.setSystemTime(5_999)
    expect(presence.state()).toEqual({ here: [other], typing: [other] })
    expect(presence.fadesInMs()).toBe(2)
    vi.setSystemTime(6_000)
    expect(presence.state()).toEqual({ here: [other], typing: [] })
    vi.setSystemTime(20_000)
    expect(presence.hear({ type: 'here', ...other })).toBe('noted')
    vi.setSystemTime(44_999)
    expect(presence.state().here).toEqual([other])
    vi.setSystemTime(45_000)
    expect(presence.state().here).toEqual([])
    expect(presence.fadesInMs()).toBeUndefined()
  })

  test('P11 a crowd is not kept without bound', () => {
    const presence = new Presence({ id: 'a', side: 'user', name: null })
    for (let n = 0; n < 1_000; n++) presence.hear({ type: 'here', id: `p${n}`, side: 'admin', name: null })
    expect(presence.state().here.length).toBeLessThanOrEqual(20)
  })
})
