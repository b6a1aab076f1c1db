import { expect, test } from 'vitest'
import { TIMINGS } from '../platform/timings.ts'
import { FakeBrowser } from '../testing/fake-browser.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { seededRandom } from '../testing/random.ts'
import { CLOSE_CODES } from './close-codes.ts'
import { Connection } from './connection.ts'
import { cookieSession } from './session.ts'

const CLIENTS = 400
const MINUTE = 60_000

class ChanceClock extends FakeClock {
  override readonly random = seededRandom(1)
}

test.each([0, 500, 2_000, 5_000, 15_000, MINUTE])(
  'after %i ms without a server every client is back within 6 s of its return, and no second has most of them',
  async (awayMs) => {
    const { back } = await serverAway({ awayMs, code: 1006 })
    expect(back).toHaveLength(CLIENTS)
    expect(Math.max(...back)).toBeLessThanOrEqual(6_100)
    if (awayMs >= 5_000) expect(busiestSecond(back)).toBeLessThan(CLIENTS / 3)
  },
)

test('clients that are cut off while the server is there come back over two seconds', async () => {
  const { back } = await serverAway({ awayMs: 0, code: 1006 })
  expect(busiestSecond(back)).toBeLessThan(0.65 * CLIENTS)
})

test('clients that are told of a restart come back over four seconds from the first attempt on', async () => {
  const { back } = await serverAway({ awayMs: 0, code: CLOSE_CODES.restarting.code })
  expect(Math.max(...back)).toBeLessThanOrEqual(4_100)
  expect(busiestSecond(back)).toBeLessThan(0.35 * CLIENTS)
})

test('clients that are told of a restart are back within 6 s, however long it takes', async () => {
  for (const awayMs of [1_000, 3_000, 10_000]) {
    const { back } = await serverAway({ awayMs, code: CLOSE_CODES.restarting.code })
    expect(Math.max(...back)).toBeLessThanOrEqual(6_100)
  }
})

test('a server that is away for a minute is asked by each client every four seconds or so', async () => {
  const { attempts } = await serverAway({ awayMs: MINUTE, code: 1006 })
  expect(attempts / CLIENTS).toBeLessThan(MINUTE / 4_000)
})

test('after a night every client is back within half a minute, and few of them at once', async () => {
  const { back } = await serverAway({ awayMs: 60 * MINUTE, code: 1006 })
  expect(Math.max(...back)).toBeLessThanOrEqual(30_100)
  expect(busiestSecond(back)).toBeLessThan(CLIENTS / 10)
})

interface Away {
  awayMs: number
  /** The close code that all lose their sockets with. */
  code: number
}

/** Everybody loses their socket at once; how long after the server's return each is back, and attempts in vain. */
async function serverAway({ awayMs, code }: Away): Promise<{ back: number[]; attempts: number }> {
  const clock = new ChanceClock()
  const server = new FakeServer(clock)
  const back: number[] = []
  let attempts = 0
  const connections = Array.from(
    { length: CLIENTS },
    () =>
      new Connection({
        session: cookieSession(),
        openLink(token, events) {
          if (server.network !== 'up') attempts += 1
          return server.openLink(token, events)
        },
        http: server.http,
        browser: new FakeBrowser(),
        clock,
      }),
  )
  await clock.advance(TIMINGS.stableMs * 2)
  for (const connection of connections) {
    expect(connection.getSnapshot().type).toBe('online')
    const stop = connection.subscribe(() => {
      if (connection.getSnapshot().type !== 'online') return
      back.push(clock.now() - returnedAt)
      stop()
    })
  }
  if (awayMs > 0) server.network = 'down'
  server.cut(code)
  await clock.advance(awayMs)
  server.network = 'up'
  const returnedAt = clock.now()
  await clock.advance(MINUTE)
  for (const connection of connections) connection.close()
  return { back, attempts }
}

/** The most that came within any one second. */
function busiestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  return Math.max(...sorted.map((from, n) => sorted.slice(n).filter((at) => at < from + 1_000).length))
}
