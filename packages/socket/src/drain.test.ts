import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type FixtureOptions, fixture } from './testing/fixture.ts'
import { connectRaw } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const wait = (id: number, ms: number) => ({ id, method: 'mutation', params: { path: 'wait', input: ms } })

describe('a drain', () => {
  it('answers what is under way, reads nothing more, and tells every peer to come back', async () => {
    await using served = await fixture(json)
    const [busy, idle] = [await served.peer(), await served.peer()]
    busy.send([wait(1, 200), { id: 2, method: 'subscription', params: { path: 'journal' } }])
    await busy.next()
    await eventually(() => served.handler.counts().callsUnderWay === 1)
    const drained = served.handler.drain()
    busy.send(wait(3, 0))
    expect(await busy.closed).toEqual({ code: 1012, reason: 'The server is restarting' })
    expect(await idle.closed).toMatchObject({ code: 1012 })
    expect(busy.frames.slice(1)).toEqual(['{"id":1,"result":{"type":"data","data":200}}'])
    await drained
    expect(served.handler.counts()).toMatchObject({ sockets: 0, subscriptions: 0, callsUnderWay: 0 })
    await eventually(() => served.journal.readers === 0)
  })

  it('waits for what the server has under way itself, and then for the answers', async () => {
    await using served = await fixture(json)
    const peer = await served.peer()
    const { promise: idle, resolve } = Promise.withResolvers<void>()
    const drained = served.handler.drain(idle)
    const other = await served.peer()
    expect(await other.closed).toMatchObject({ code: 1012 })
    expect(peer.socket.readyState).toBe(peer.socket.OPEN)
    resolve()
    expect(await peer.closed).toMatchObject({ code: 1012 })
    await drained
  })

  it('does not wait for ever: not for a call, nor for the server, nor for a peer that does not answer', async () => {
    await using served = await fixture({ ...json, limits: { flushMs: 100 } })
    const peer = await served.peer()
    peer.send(wait(1, 2_000))
    await eventually(() => served.handler.counts().callsUnderWay === 1)
    const silent = await connectRaw(served.url)
    const gone = once(silent, 'close')
    silent.resume()
    await eventually(() => served.handler.counts().sockets === 2)
    await served.handler.drain(new Promise(() => undefined))
    expect(await peer.closed).toMatchObject({ code: 1012 })
    await gone
    expect(served.handler.counts().sockets).toBe(0)
  })

  it('goes on when what the server has under way fails', async () => {
    await using served = await fixture(json)
    const peer = await served.peer()
    await served.handler.drain(Promise.reject(new Error('No database')))
    expect(await peer.closed).toMatchObject({ code: 1012 })
  })

  it('uses the close code it was given', async () => {
    await using served = await fixture({ ...json, codes: { restarting: [4012, 'Soon'] } })
    const peer = await served.peer()
    await served.handler.drain()
    expect(await peer.closed).toEqual({ code: 4012, reason: 'Soon' })
  })
})
