import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type Fixture, type FixtureOptions, fixture } from './testing/fixture.ts'
import type { Peer } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const follow = (id: number) => ({ id, method: 'subscription', params: { path: 'follow' } })

/** A peer, and what the server writes to it. */
async function watchedPeer({ server, peer }: Fixture): Promise<{ peer: Peer; writes: Buffer[] }> {
  const connected: Promise<[unknown, IncomingMessage]> = new Promise((resolve) => {
    server.wss.once('connection', (socket, request) => resolve([socket, request]))
  })
  const [[, { socket: stream }], opened] = await Promise.all([connected, peer()])
  const writes: Buffer[] = []
  const write = stream.write.bind(stream)
  Object.defineProperty(stream, 'write', {
    value(chunk: Buffer) {
      writes.push(chunk)
      return write(chunk)
    },
  })
  return { peer: opened, writes }
}

it('what one turn brings to a socket leaves in one write', async () => {
  await using served = await fixture(json)
  const { writes, peer } = await watchedPeer(served)
  const params = { path: 'whoAmI' }
  peer.send(Array.from({ length: 20 }, (_, id) => ({ id, method: 'query', params })))
  peer.send([follow(20), follow(21)])
  await peer.take(22)
  writes.length = 0
  for (const line of ['one', 'two ☃', 'x'.repeat(200), 'y'.repeat(70_000)]) served.journal.write(line)
  await peer.take(8)
  // The last line is more than is gathered.
  expect(writes.length).toBeLessThanOrEqual(3)
  const texts = peer.frames.slice(22).map((frame) => JSON.parse(frame).result.data.data.text.length)
  expect(texts).toEqual([3, 3, 5, 5, 200, 200, 70_000, 70_000])
})

it('what many followers get is encoded once, and framed once for those with the same request id', async () => {
  const encoded: unknown[] = []
  await using served = await fixture({
    ...json,
    stringify(value) {
      encoded.push(value)
      return JSON.stringify(value)
    },
  })
  const followers: Awaited<ReturnType<typeof watchedPeer>>[] = []
  while (followers.length < 10) followers.push(await watchedPeer(served))
  for (const [index, { peer }] of followers.entries()) peer.send(follow(index < 8 ? 1 : 2))
  for (const { peer } of followers) await peer.next()
  for (const { writes } of followers) writes.length = 0
  served.journal.write('to all')
  const frames = await Promise.all(followers.map(({ peer }) => peer.next()))
  const expected = (id: number) =>
    `{"id":${id},"result":{"type":"data","data":{"id":"1","data":{"text":"to all"}},"id":"1"}}`
  expect(frames).toEqual(followers.map((_, index) => expected(index < 8 ? 1 : 2)))
  expect(encoded).toHaveLength(1)
  expect(new Set(followers.map(({ writes }) => writes[0])).size).toBe(2)
})

it('nothing is sent to a socket that is closing, not even that its subscriptions have stopped', async () => {
  await using served = await fixture(json)
  const [connected, peer] = await Promise.all([once(served.server.wss, 'connection'), served.peer()])
  peer.send([follow(1), { id: 2, method: 'mutation', params: { path: 'wait', input: 50 } }])
  await peer.next()
  const [socket] = connected
  served.handler.close(socket, 4403, 'The session has ended')
  served.journal.write('too late')
  expect(await peer.closed).toEqual({ code: 4403, reason: 'The session has ended' })
  expect(peer.frames).toEqual(['{"id":1,"result":{"type":"started"}}'])
  expect(served.journal.readers).toBe(0)
  await eventually(() => served.handler.counts().sockets === 0)
})

it('what was gathered before a close is sent before it', async () => {
  await using served = await fixture(json)
  const [connected, peer] = await Promise.all([once(served.server.wss, 'connection'), served.peer()])
  peer.send(follow(1))
  await peer.next()
  const [socket] = connected
  served.journal.write('last words')
  served.handler.close(socket, 4403, 'The session has ended')
  expect(await peer.next()).toContain('last words')
  expect(await peer.closed).toMatchObject({ code: 4403 })
})
