import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeBrowser } from '../testing/fake-browser.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { CLOSE_CODES } from './close-codes.ts'
import { CONNECT_MS, Connection, PROBE_MS, STABLE_MS } from './connection.ts'
import { CallFault } from './fault.ts'
import type { LinkEvents } from './link.ts'
import { tokenSession } from './session.ts'

interface FakeLink {
  token: string | null
  events: LinkEvents
  closed: boolean
  alive: () => void
}

let clock: FakeClock
let browser: FakeBrowser
let links: FakeLink[]
let connection: Connection
let states: string[]
let starts: (string | null)[]

beforeEach(async () => {
  clock = new FakeClock()
  browser = new FakeBrowser()
  links = []
  starts = []
  const { wire, http } = calls()
  const start = async (identity: string | null) => {
    starts.push(identity)
    return `token-${starts.length + 1}`
  }
  connection = new Connection({
    session: tokenSession({ token: 'token-1', identity: async () => 'identity' }, start, clock),
    openLink(token, events) {
      const link: FakeLink = { token, events, closed: false, alive: () => {} }
      links.push(link)
      return {
        wire,
        ping: (onAlive) => {
          link.alive = onAlive
        },
        close: () => {
          link.closed = true
        },
      }
    },
    http,
    browser,
    clock,
  })
  states = ['connecting']
  connection.subscribe(() => {
    const { type } = connection.getSnapshot()
    if (states.at(-1) !== type) states.push(type)
  })
  await clock.advance(0)
})

afterEach(() => connection.close())

/** The codes of the table; those that it does not know are among them that come back. */
function codesThat(does: 'come back' | 'renew the session'): number[] {
  const known = Object.values(CLOSE_CODES).flatMap(({ code, client }) => (client === does ? [code] : []))
  return does === 'come back' ? [...known, 1006, 4502, 4504, 4999] : known
}

describe('Connection', () => {
  test('P13 is online only when every follower has said that it has everything', async () => {
    const synced = [follow(), follow()]
    last().events.onOpen()
    synced[0]?.say(true)
    expect(connection.getSnapshot().type).toBe('connecting')
    synced[1]?.say(true)
    expect(connection.getSnapshot()).toEqual({ type: 'online' })
  })

  test('P13 a follower that catches up on a healthy socket has a second before the dot shows it', async () => {
    const first = follow()
    last().events.onOpen()
    first.say(true)
    const second = follow()
    await clock.advance(999)
    expect(connection.getSnapshot().type).toBe('online')
    await clock.advance(1)
    expect(connection.getSnapshot().type).toBe('connecting')
    second.say(true)
    expect(states).toEqual(['connecting', 'online', 'connecting', 'online'])
  })

  test('P13 an ended socket is shown at once, with the time of the next attempt', async () => {
    last().events.onOpen()
    last().events.onEnd(1006)
    expect(connection.getSnapshot()).toEqual({ type: 'offline', retryAt: new Date(clock.now() + 1_000) })
    await clock.advance(1_000)
    expect(links).toHaveLength(2)
    expect(connection.getSnapshot().type).toBe('connecting')
  })

  test('the waits grow with the failures up to 6 s, and with a long absence up to 30 s', async () => {
    clock.chance = 0.999_999
    const waits: number[] = []
    for (let failure = 0; failure < 40; failure++) {
      last().events.onEnd(1006)
      waits.push(Math.round((await untilNextLink()) / 1_000))
    }
    expect(waits.slice(0, 11)).toEqual([2, 4, 6, 6, 6, 6, 6, 6, 6, 6, 6])
    expect(waits.at(-1)).toBe(30)
  })

  test('a restart that is announced counts as a failure more, until a socket was stable', async () => {
    clock.chance = 0.999_999
    const waitAfter = async (code: number) => {
      last().events.onEnd(code)
      return Math.round(await untilNextLink())
    }
    last().events.onOpen()
    await clock.advance(STABLE_MS)
    expect(await waitAfter(CLOSE_CODES.restarting.code)).toBe(4_000)
    expect(await waitAfter(1006)).toBe(6_000)
    last().events.onOpen()
    await clock.advance(STABLE_MS)
    expect(await waitAfter(1006)).toBe(2_000)
  })

  test('where the server answers over HTTP the waits do not grow with the time that sockets are blocked', async () => {
    const waits: number[] = []
    clock.chance = 0.999_999
    for (let failure = 0; failure < 200; failure++) {
      last().events.onEnd(1006)
      const wait = Math.round(await untilNextLink())
      await Promise.all([connection.calls()?.setTyping({ chatId: 'c', typing: true }), clock.advance(100)])
      waits.push(wait)
    }
    expect(Math.max(...waits)).toBe(6_000)
  })

  test('a server that accepts and drops does not shorten the wait; ten seconds of stability do', async () => {
    clock.chance = 0.999_999
    last().events.onEnd(1006)
    await untilNextLink()
    last().events.onOpen()
    await clock.advance(STABLE_MS - 1)
    last().events.onEnd(1006)
    expect(Math.round(await untilNextLink())).toBe(4_000)
    last().events.onOpen()
    await clock.advance(STABLE_MS)
    last().events.onEnd(1006)
    expect(Math.round(await untilNextLink())).toBe(2_000)
  })

  test('an attempt without an answer is given up after 8 s', async () => {
    await clock.advance(CONNECT_MS)
    expect(last().closed).toBe(true)
    expect(connection.getSnapshot().type).toBe('offline')
  })

  test('waking up tries again at once, without a budget', async () => {
    for (let night = 0; night < 50; night++) {
      last().events.onEnd(1006)
      browser.wake()
      await clock.advance(0)
    }
    expect(links).toHaveLength(51)
  })

  test('P13 waking up drops an open socket that does not answer within 3 s', async () => {
    last().events.onOpen()
    browser.wake()
    await clock.advance(PROBE_MS - 1)
    expect(connection.getSnapshot().type).toBe('online')
    await clock.advance(1)
    expect(last().closed).toBe(true)
    expect(connection.getSnapshot().type).toBe('offline')
  })

  test('waking up replaces an attempt that was made before', async () => {
    await clock.advance(2_001)
    browser.wake()
    await clock.advance(0)
    expect(links.map(({ closed }) => closed)).toEqual([true, false])
    browser.wake()
    expect(links).toHaveLength(2)
  })

  test('waking up leaves an open socket alone that answers', async () => {
    last().events.onOpen()
    browser.wake()
    last().alive()
    await clock.advance(PROBE_MS * 2)
    expect(connection.getSnapshot().type).toBe('online')
    expect(links).toHaveLength(1)
  })

  test('without a network no time is promised', async () => {
    browser.loseNetwork()
    last().events.onEnd(1006)
    expect(connection.getSnapshot()).toEqual({ type: 'offline', retryAt: null })
  })

  test.each(codesThat('come back'))('close code %i keeps the session', async (code) => {
    last().events.onOpen()
    last().events.onEnd(code)
    await untilNextLink()
    expect(starts).toEqual([])
    expect(last()).toMatchObject({ token: 'token-1' })
  })

  test.each(codesThat('renew the session'))(
    'close code %i asks for one new session, at once',
    async (code) => {
      last().events.onOpen()
      last().events.onEnd(code)
      await clock.advance(0)
      expect(starts).toEqual(['identity'])
      expect(last()).toMatchObject({ token: 'token-2' })
    },
  )

  test('a new session that is refused as well ends the connection, with no further attempt', async () => {
    last().events.onOpen()
    last().events.onUnauthorized()
    await clock.advance(0)
    last().events.onOpen()
    last().events.onUnauthorized()
    await clock.advance(600_000)
    expect(connection.getSnapshot()).toEqual({ type: 'ended' })
    expect(links).toHaveLength(2)
    expect(links.every(({ closed }) => closed)).toBe(true)
    browser.wake()
    await clock.advance(0)
    expect(links).toHaveLength(2)
  })

  test('an ended connection begins anew when it is told to', async () => {
    last().events.onEnd(4503)
    await clock.advance(0)
    last().events.onEnd(4503)
    expect(connection.getSnapshot().type).toBe('ended')
    connection.retry()
    await clock.advance(0)
    expect(last().token).toBe('token-3')
  })

  test('what an abandoned socket still says is not heard', async () => {
    const [old] = links
    old?.events.onEnd(1006)
    await untilNextLink()
    last().events.onOpen()
    old?.events.onEnd(4503)
    old?.events.onOpen()
    old?.events.onUnauthorized()
    expect(connection.getSnapshot().type).toBe('online')
    expect(starts).toEqual([])
  })

  test('an answer over HTTP ends the waiting, once until a socket was open', async () => {
    for (let n = 0; n < 6; n++) {
      last().events.onEnd(1006)
      await untilNextLink()
    }
    last().events.onEnd(1006)
    const before = links.length
    const answered = async () => {
      const answer = connection.calls()?.setTyping({ chatId: 'c', typing: true })
      await clock.advance(100)
      await answer
    }
    await answered()
    expect(links.length).toBe(before + 1)
    // Sockets alone are blocked: the next answer does not hurry another attempt.
    last().events.onEnd(1006)
    await answered()
    expect(links.length).toBe(before + 1)
  })

  test('followers are started once per socket and stopped once with it', async () => {
    const follower = follow()
    last().events.onOpen()
    last().events.onEnd(1006)
    await untilNextLink()
    last().events.onOpen()
    expect(follower.log).toEqual(['start', 'stop', 'start'])
    follower.leave()
    expect(follower.log).toEqual(['start', 'stop', 'start', 'stop'])
  })

  test('HTTP is offered when sockets failed twice in a row, and not while the browser knows of no network', async () => {
    expect(connection.calls()).toBe(null)
    last().events.onEnd(1006)
    expect(connection.calls()).toBe(null)
    await untilNextLink()
    last().events.onEnd(1006)
    expect(connection.calls()).not.toBe(null)
    browser.online = false
    expect(connection.calls()).toBe(null)
  })

  test('a session that cannot be had right now is asked for later', async () => {
    connection.close()
    let asked = 0
    const again = new Connection({
      session: tokenSession(
        { token: null, identity: async () => null },
        async () => {
          asked += 1
          throw new CallFault('TOO_MANY_REQUESTS', 'slower', 20_000)
        },
        clock,
      ),
      openLink: () => {
        throw new Error('not without a session')
      },
      http: calls().http,
      browser,
      clock,
    })
    // After what the server asked for, half of the first wait.
    await clock.advance(20_999)
    expect(asked).toBe(1)
    await clock.advance(1)
    expect(asked).toBe(2)
    again.close()
  })
})

function last(): FakeLink {
  const link = links.at(-1)
  if (!link) throw new Error('no socket was opened')
  return link
}

/** Milliseconds until the next socket is opened. */
async function untilNextLink(): Promise<number> {
  const count = links.length
  const from = clock.now()
  const { retryAt } = { retryAt: null, ...connection.getSnapshot() }
  if (retryAt instanceof Date) await clock.advance(retryAt.getTime() - from + 1)
  expect(links.length).toBe(count + 1)
  return clock.now() - from
}

function follow() {
  const log: string[] = []
  let report = (_yes: boolean) => {}
  const leave = connection.follow({
    start(_wire, synced) {
      log.push('start')
      report = synced
      return () => log.push('stop')
    },
  })
  return { log, leave, say: (yes: boolean) => report(yes) }
}

function calls() {
  const server = new FakeServer(clock)
  const { wire } = server.openLink(null, { onOpen() {}, onEnd() {}, onUnauthorized() {} })
  return { wire, http: server.http }
}
