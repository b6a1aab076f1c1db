import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WatchedConnection } from '../testing/watched-connection.ts'
import { CLOSE_CODES } from './close-codes.ts'
import { Connection } from './connection.ts'
import { CallFault } from './fault.ts'
import { tokenSession } from './session.ts'

let watched: WatchedConnection

beforeEach(async () => {
  watched = new WatchedConnection()
  await watched.clock.advance(0)
})
afterEach(() => watched.connection.close())

/** The codes of the table; those that it does not know are among them that come back. */
function codesThat(does: 'come back' | 'renew the session'): number[] {
  const known = Object.values(CLOSE_CODES).flatMap(({ code, client }) => (client === does ? [code] : []))
  return does === 'come back' ? [...known, 1006, 4502, 4504, 4999] : known
}

describe('the session of a connection', () => {
  test.each(codesThat('come back'))('close code %i keeps the session', async (code) => {
    watched.last.events.onOpen()
    watched.last.events.onEnd(code)
    await watched.untilNextLink()
    expect(watched.starts).toEqual([])
    expect(watched.last).toMatchObject({ token: 'token-1' })
  })

  test.each(codesThat('renew the session'))(
    'close code %i asks for one new session, at once',
    async (code) => {
      watched.last.events.onOpen()
      watched.last.events.onEnd(code)
      await watched.clock.advance(0)
      expect(watched.starts).toEqual(['identity'])
      expect(watched.last).toMatchObject({ token: 'token-2' })
    },
  )

  test('a new session that is refused as well ends the connection, with no further attempt', async () => {
    watched.last.events.onOpen()
    watched.last.events.onUnauthorized()
    await watched.clock.advance(0)
    watched.last.events.onOpen()
    watched.last.events.onUnauthorized()
    await watched.clock.advance(600_000)
    expect(watched.shown).toEqual({ type: 'ended' })
    expect(watched.links).toHaveLength(2)
    expect(watched.links.every(({ closed }) => closed)).toBe(true)
    watched.browser.wake()
    await watched.clock.advance(0)
    expect(watched.links).toHaveLength(2)
  })

  test('an ended connection begins anew when it is told to', async () => {
    watched.last.events.onEnd(4503)
    await watched.clock.advance(0)
    watched.last.events.onEnd(4503)
    expect(watched.shown.type).toBe('ended')
    watched.connection.retry()
    await watched.clock.advance(0)
    expect(watched.last.token).toBe('token-3')
  })

  test('a session that cannot be had right now is asked for later', async () => {
    watched.connection.close()
    let asked = 0
    const again = new Connection({
      session: tokenSession(
        { token: null, identity: async () => null },
        async () => {
          asked += 1
          throw new CallFault('TOO_MANY_REQUESTS', 'slower', { retryAfterMs: 20_000 })
        },
        watched.clock,
      ),
      openLink: () => {
        throw new Error('not without a session')
      },
      http: watched.http,
      browser: watched.browser,
      clock: watched.clock,
    })
    // After what the server asked for, half of the first wait.
    await watched.clock.advance(20_999)
    expect(asked).toBe(1)
    await watched.clock.advance(1)
    expect(asked).toBe(2)
    again.close()
  })
})
