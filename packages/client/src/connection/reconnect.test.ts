import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TIMINGS } from '../platform/timings.ts'
import { WatchedConnection } from '../testing/watched-connection.ts'
import { CLOSE_CODES } from './close-codes.ts'

let watched: WatchedConnection

beforeEach(async () => {
  watched = new WatchedConnection()
  await watched.clock.advance(0)
})
afterEach(() => watched.connection.close())

describe('coming back', () => {
  test('the waits grow with the failures up to 6 s, and with a long absence up to 30 s', async () => {
    watched.clock.chance = 0.999_999
    watched.last.events.onOpen()
    const waits: number[] = []
    for (let failure = 0; failure < 40; failure++) {
      watched.last.events.onEnd(1006)
      waits.push(Math.round((await watched.untilNextLink()) / 1_000))
    }
    expect(waits.slice(0, 11)).toEqual([2, 4, 6, 6, 6, 6, 6, 6, 6, 6, 6])
    expect(waits.at(-1)).toBe(30)
  })

  test('where no socket was open yet the first wait is short: sockets may be blocked', async () => {
    watched.clock.chance = 0.999_999
    watched.last.events.onEnd(1006)
    expect(Math.round(await watched.untilNextLink())).toBe(500)
    watched.last.events.onEnd(1006)
    expect(Math.round(await watched.untilNextLink())).toBe(4_000)
  })

  test('a restart that is announced counts as a failure more, until a socket was stable', async () => {
    watched.clock.chance = 0.999_999
    const waitAfter = async (code: number) => {
      watched.last.events.onEnd(code)
      return Math.round(await watched.untilNextLink())
    }
    watched.last.events.onOpen()
    await watched.clock.advance(TIMINGS.stableMs)
    expect(await waitAfter(CLOSE_CODES.restarting.code)).toBe(4_000)
    expect(await waitAfter(1006)).toBe(6_000)
    watched.last.events.onOpen()
    await watched.clock.advance(TIMINGS.stableMs)
    expect(await waitAfter(1006)).toBe(2_000)
  })

  test('where the server answers over HTTP the waits do not grow with the time that sockets are blocked', async () => {
    const waits: number[] = []
    watched.clock.chance = 0.999_999
    for (let failure = 0; failure < 200; failure++) {
      watched.last.events.onEnd(1006)
      const wait = Math.round(await watched.untilNextLink())
      await Promise.all([
        watched.connection.calls()?.setTyping({ chatId: 'c', typing: true }),
        watched.clock.advance(100),
      ])
      waits.push(wait)
    }
    expect(Math.max(...waits)).toBe(6_000)
  })

  test('a server that accepts and drops does not shorten the wait; ten seconds of stability do', async () => {
    watched.clock.chance = 0.999_999
    watched.last.events.onEnd(1006)
    await watched.untilNextLink()
    watched.last.events.onOpen()
    await watched.clock.advance(TIMINGS.stableMs - 1)
    watched.last.events.onEnd(1006)
    expect(Math.round(await watched.untilNextLink())).toBe(4_000)
    watched.last.events.onOpen()
    await watched.clock.advance(TIMINGS.stableMs)
    watched.last.events.onEnd(1006)
    expect(Math.round(await watched.untilNextLink())).toBe(2_000)
  })

  test('an attempt without an answer is given up after 8 s', async () => {
    await watched.clock.advance(TIMINGS.connectMs)
    expect(watched.last.closed).toBe(true)
    expect(watched.shown.type).toBe('offline')
  })

  test('waking up tries again at once, without a budget', async () => {
    for (let night = 0; night < 50; night++) {
      watched.last.events.onEnd(1006)
      watched.browser.wake()
      await watched.clock.advance(0)
    }
    expect(watched.links).toHaveLength(51)
  })

  test('P13 waking up drops an open socket that does not answer within 3 s', async () => {
    watched.last.events.onOpen()
    watched.browser.wake()
    await watched.clock.advance(TIMINGS.probeMs - 1)
    expect(watched.shown.type).toBe('online')
    await watched.clock.advance(1)
    expect(watched.last.closed).toBe(true)
    expect(watched.shown.type).toBe('offline')
  })

  test('waking up replaces an attempt that was made before', async () => {
    await watched.clock.advance(2_001)
    watched.browser.wake()
    await watched.clock.advance(0)
    expect(watched.links.map(({ closed }) => closed)).toEqual([true, false])
    watched.browser.wake()
    expect(watched.links).toHaveLength(2)
  })

  test('waking up leaves an open socket alone that answers', async () => {
    watched.last.events.onOpen()
    watched.browser.wake()
    watched.last.alive()
    await watched.clock.advance(TIMINGS.probeMs * 2)
    expect(watched.shown.type).toBe('online')
    expect(watched.links).toHaveLength(1)
  })

  test('without a network no time is promised', async () => {
    watched.browser.loseNetwork()
    watched.last.events.onEnd(1006)
    expect(watched.shown).toEqual({ type: 'offline', retryAt: null })
  })

  test('an answer over HTTP ends the waiting, once until a socket was open', async () => {
    for (let n = 0; n < 6; n++) {
      watched.last.events.onEnd(1006)
      await watched.untilNextLink()
    }
    watched.last.events.onEnd(1006)
    const before = watched.links.length
    const answered = async () => {
      const answer = watched.connection.calls()?.setTyping({ chatId: 'c', typing: true })
      await watched.clock.advance(100)
      await answer
    }
    await answered()
    expect(watched.links.length).toBe(before + 1)
    // Sockets alone are blocked: the next answer does not hurry another attempt.
    watched.last.events.onEnd(1006)
    await answered()
    expect(watched.links.length).toBe(before + 1)
  })

  test('a server whose sockets open and are dropped is not hammered, though HTTP answers', async () => {
    const chatId = 'c'
    for (let cut = 0; cut < 5; cut++) {
      watched.last.events.onOpen()
      watched.last.events.onEnd(1006)
      await watched.untilNextLink()
    }
    const before = watched.links.length
    for (let second = 0; second < 60; second++) {
      watched.last.events.onOpen()
      watched.last.events.onEnd(1006)
      const answer = watched.connection.calls()?.setTyping({ chatId, typing: true })
      await watched.clock.advance(1_000)
      await answer
    }
    expect(watched.links.length - before).toBeLessThanOrEqual(30)
  })

  test('HTTP is offered when sockets failed twice in a row, and not while the browser knows of no network', async () => {
    expect(watched.connection.calls()).toBe(null)
    watched.last.events.onEnd(1006)
    expect(watched.connection.calls()).toBe(null)
    await watched.untilNextLink()
    watched.last.events.onEnd(1006)
    expect(watched.connection.calls()).not.toBe(null)
    watched.browser.online = false
    expect(watched.connection.calls()).toBe(null)
  })
})

test('why a connection opens, waits or ends is told', async () => {
  const { connection, browser } = watched
  const reasons: string[] = [connection.reason]
  const note = () => reasons.push(connection.reason)
  watched.last.events.onOpen()
  note()
  watched.last.events.onEnd(1006)
  note()
  await watched.untilNextLink()
  note()
  watched.last.events.onOpen()
  browser.wake()
  await watched.clock.advance(TIMINGS.probeMs)
  note()
  browser.wake()
  note()
  await watched.clock.advance(TIMINGS.connectMs)
  note()
  connection.retry()
  note()
  await watched.clock.advance(0)
  watched.last.events.onUnauthorized()
  note()
  await watched.clock.advance(0)
  watched.last.events.onUnauthorized()
  note()
  expect(reasons).toEqual([
    'created',
    'socket opened',
    'socket closed',
    'retry due',
    'probe timed out',
    'woken',
    'connect timed out',
    'retry asked for',
    'session refused',
    'session ended',
  ])
})
