import { describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type FixtureOptions, fixture } from './testing/fixture.ts'
import type { Peer } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})

describe('a flood', () => {
  const limits = { framesBurst: 50, framesPerSecond: 1 }
  const floods: [string, (peer: Peer) => void][] = [
    ['of PING', (peer) => peer.send('PING')],
    ['of PONG', (peer) => peer.send('PONG')],
    ['of the protocol’s own pings', (peer) => peer.socket.ping()],
    ['of the protocol’s own pongs', (peer) => peer.socket.pong()],
    ['of stops', (peer) => peer.send({ id: 1, method: 'subscription.stop' })],
    ['of calls', (peer) => peer.send(call(1, 'query', 'nothing'))],
    ['of frames that are no JSON', (peer) => peer.send('{')],
    ['of empty frames', (peer) => peer.send('')],
  ]
  it.each(floods)('%s closes its socket', async (_name, send) => {
    await using served = await fixture({ ...json, limits })
    const peer = await served.peer()
    const honest = await served.peer()
    for (let sent = 0; sent < 100; sent += 1) send(peer)
    expect(await peer.closed).toMatchObject({ code: 4029 })
    expect(peer.frames.length).toBeLessThanOrEqual(50)
    honest.send(call(1, 'query', 'whoAmI'))
    expect(await honest.next()).toContain('nobody')
  })

  it('of bad envelopes in a few frames closes its socket', async () => {
    await using served = await fixture({ ...json, limits })
    const peer = await served.peer()
    peer.send(Array.from({ length: 100 }, () => ({ id: 1 })))
    expect(await peer.closed).toMatchObject({ code: 4029 })
    expect(peer.frames.length).toBeLessThanOrEqual(50)
  })

  it('of batches that are too large closes its socket', async () => {
    await using served = await fixture({ ...json, limits })
    const peer = await served.peer()
    peer.send(Array.from({ length: 1_000 }, (_, id) => ({ id })))
    expect(await peer.closed).toMatchObject({ code: 4029 })
    expect(peer.frames.length).toBeLessThanOrEqual(50)
  })

  it('of calls that are turned away closes its socket', async () => {
    const refusals: [string, Partial<FixtureOptions>, unknown][] = [
      ['rateLimited', { charge: () => 0 }, call(1, 'query', 'nothing')],
      [
        'tooManySubscriptions',
        { limits: { ...limits, subscriptions: 0 } },
        call(1, 'subscription', 'follow'),
      ],
      ['tooManyCallsUnderWay', { limits: { ...limits, callsUnderWay: 0 } }, call(1, 'query', 'nothing')],
    ]
    for (const [reason, options, refused] of refusals) {
      await using served = await fixture({ ...json, limits, overload: (why) => new Error(why), ...options })
      const peer = await served.peer()
      peer.send(Array.from({ length: 100 }, () => refused))
      expect(await peer.closed).toMatchObject({ code: 4029 })
      expect(peer.frames.length).toBeLessThanOrEqual(50)
      expect(peer.frames.every((frame) => frame.includes(reason))).toBe(true)
      await eventually(() => served.handler.counts().sockets === 0)
    }
  })

  it('is none when the frames come slowly enough', async () => {
    let now = 0
    await using served = await fixture({ ...json, limits, now: () => now })
    const peer = await served.peer()
    for (let round = 0; round < 5; round += 1) {
      for (let sent = 0; sent < 40; sent += 1) peer.send('PING')
      await peer.take(40)
      now += 40_000
    }
    expect(peer.frames).toHaveLength(200)
  })
})
