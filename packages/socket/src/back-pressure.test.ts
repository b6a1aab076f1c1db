import { describe, expect, it } from 'vitest'
import { LIMITS } from './limits.ts'
import { eventually } from './testing/eventually.ts'
import { type Fixture, type FixtureOptions, fixture } from './testing/fixture.ts'
import type { Peer } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const KILOBYTE = 1024
const LINE = 'x'.repeat(8 * KILOBYTE)
/** More than the kernel takes for a socket that is not read: 32 MiB. */
const LINES = 4_000
/** Node's high-water mark, and the value that went over it. */
const MARK = 64 * KILOBYTE + LINE.length + 100

function fill({ journal }: Fixture): void {
  for (let line = 0; line < LINES; line += 1) journal.write(LINE)
}

/** A peer that follows the journal and reads nothing. */
async function deaf(served: Fixture, path: string): Promise<Peer> {
  const peer = await served.peer()
  peer.socket.pause()
  peer.send({ id: 1, method: 'subscription', params: { path } })
  return peer
}

/** Resolves when the server has gone once around: what it could send by now it has sent. */
async function turn(served: Fixture): Promise<void> {
  const other = await served.peer()
  for (let round = 0; round < 20; round += 1) {
    other.send('PING')
    await other.next()
  }
  other.socket.close()
}

describe.each(['journal', 'follow'])('a peer that reads nothing of %s', (path) => {
  it('is given no more than fits, and everything in order when it reads again', async () => {
    await using served = await fixture(json)
    fill(served)
    const peer = await deaf(served, path)
    await eventually(() => served.handler.counts().unsentBytes > 0)
    await turn(served)
    const { given } = served.journal
    expect(given).toBeLessThan(LINES)
    await turn(served)
    expect(served.journal.given).toBe(given)
    expect(served.handler.counts().unsentBytes).toBeLessThanOrEqual(MARK)

    peer.socket.resume()
    const frames = await peer.take(LINES + 1)
    const ids = frames.slice(1).map((frame) => JSON.parse(frame).result.id)
    expect(ids).toEqual(Array.from({ length: LINES }, (_, index) => String(index + 1)))
    await eventually(() => served.handler.counts().unsentBytes === 0)
  })

  it('costs others nothing: fifty of them hold fifty times the mark', async () => {
    await using served = await fixture(json)
    fill(served)
    const peers = await Promise.all(Array.from({ length: 50 }, () => deaf(served, path)))
    await eventually(() => served.handler.counts().subscriptions === 50)
    await turn(served)
    expect(served.handler.counts().unsentBytes).toBeLessThanOrEqual(50 * MARK)
    served.journal.write('one more')
    await turn(served)
    expect(served.handler.counts().unsentBytes).toBeLessThanOrEqual(50 * MARK)
    for (const peer of peers) peer.socket.terminate()
    await eventually(() => served.journal.readers === 0)
  })

  it('is closed when it has not drained in time', async () => {
    const causes: unknown[] = []
    await using served = await fixture({
      ...json,
      limits: { drainMs: 300 },
      onClose: ({ cause }) => causes.push(cause),
    })
    fill(served)
    const peer = await deaf(served, path)
    await eventually(() => served.handler.counts().sockets === 1)
    await eventually(() => served.handler.counts().sockets === 0)
    expect(causes).toEqual(['tooSlow'])
    expect(served.journal.readers).toBe(0)
    peer.socket.terminate()
  })
})

it('a slow peer of a WebSocket that compresses is given no more than fits', async () => {
  await using served = await fixture({ ...json, perMessageDeflate: true })
  for (let line = 0; line < LINES; line += 1) served.journal.write(crypto.randomUUID().repeat(200))
  const peer = await deaf(served, 'follow')
  await eventually(() => served.handler.counts().unsentBytes > 0)
  expect(served.handler.counts().unsentBytes).toBeLessThanOrEqual(2 * MARK)
  peer.socket.resume()
  await peer.take(LINES + 1)
})

it('answers that nobody reads close their socket at the bound', async () => {
  const causes: unknown[] = []
  await using served = await fixture({ ...json, onClose: ({ cause }) => causes.push(cause) })
  const peer = await served.peer()
  peer.socket.pause()
  const input = 1024 * KILOBYTE
  peer.send(Array.from({ length: 50 }, (_, id) => ({ id, method: 'query', params: { path: 'big', input } })))
  await eventually(() => causes.length === 1)
  expect(causes).toEqual(['tooSlow'])
  peer.socket.terminate()
})

it('a peer that has yet to read what the systems’ buffers took is given longer to answer a PING', async () => {
  await using served = await fixture({ ...json, limits: { pingMs: 100, pongMs: 200, drainMs: 20_000 } })
  const behind = await served.peer()
  behind.send({ id: 1, method: 'query', params: { path: 'big', input: 128 * KILOBYTE } })
  behind.socket.pause()
  const silent = await served.peer()
  silent.socket.pause()
  await eventually(() => served.handler.counts().sockets === 1)
  behind.socket.resume()
  expect((await behind.next()).length).toBeGreaterThan(128 * KILOBYTE)
  expect(await behind.next()).toBe('PING')
  behind.socket.terminate()
  silent.socket.terminate()
})

it('an answer larger than the bound is sent to a peer that reads', async () => {
  await using served = await fixture({ ...json, limits: { unsentBytes: 64 * KILOBYTE } })
  const peer = await served.peer()
  peer.send({ id: 1, method: 'query', params: { path: 'big', input: 32 * 1024 * KILOBYTE } })
  expect((await peer.next()).length).toBeGreaterThan(32 * 1024 * KILOBYTE)
  peer.send('PING')
  expect(await peer.next()).toBe('PONG')
})

it('a source that fails when it may go on ends its subscription', async () => {
  await using served = await fixture(json)
  const peer = await served.peer()
  peer.socket.pause()
  peer.send({ id: 1, method: 'subscription', params: { path: 'failOnResume' } })
  await eventually(() => served.handler.counts().unsentBytes > 0)
  peer.socket.resume()
  await eventually(() => peer.frames.some((frame) => frame.includes('No more')))
  expect(served.handler.counts().subscriptions).toBe(0)
})

it('a peer whose unread answers pile up little by little is not listened to either, and not closed', async () => {
  await using served = await fixture(json)
  const peer = await served.peer()
  peer.socket.pause()
  let asked = 0
  for (const socket of served.server.wss.clients)
    socket.on('message', () => {
      asked += 1
    })
  const ask = () => peer.send({ id: 1, method: 'query', params: { path: 'big', input: 32 * KILOBYTE } })
  let sent = 0
  while (served.handler.counts().unsentBytes <= LIMITS.pauseBytes) {
    ask()
    sent += 1
    await eventually(() => asked === sent && served.handler.counts().callsUnderWay === 0)
    await turn(served)
  }
  for (let more = 0; more < 30; more += 1) ask()
  await turn(served)
  expect(asked).toBe(sent)
  peer.socket.resume()
  await peer.take(sent + 30)
})

it('nothing more is read from a peer that does not read its answers, until it does', async () => {
  await using served = await fixture({
    ...json,
    limits: { pauseBytes: 0, unsentBytes: Number.POSITIVE_INFINITY },
  })
  const peer = await served.peer()
  peer.socket.pause()
  const sent = 40
  let asked = 0
  for (const socket of served.server.wss.clients)
    socket.on('message', () => {
      asked += 1
    })
  const params = { path: 'big', input: 1024 * KILOBYTE }
  for (let id = 0; id < sent; id += 1) {
    await eventually(() => asked === id || served.handler.counts().unsentBytes > 0)
    peer.send({ id, method: 'query', params })
  }
  await eventually(() => served.handler.counts().unsentBytes > 0)
  await turn(served)
  expect(asked).toBeLessThan(sent)
  peer.socket.resume()
  const frames = await peer.take(sent)
  expect(frames.every((frame) => frame.length > KILOBYTE)).toBe(true)
  expect(asked).toBe(sent)
})
