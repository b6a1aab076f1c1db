import { describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type FixtureOptions, fixture } from './testing/fixture.ts'
import { connectRaw } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})

describe('the authentication deadline', () => {
  it('closes a socket that announced connection parameters and sends none, whatever else it sends', async () => {
    await using served = await fixture({ ...json, limits: { authenticationMs: 1_000 } })
    const peer = await served.peer('?connectionParams=1')
    peer.send('PING')
    expect(await peer.closed).toMatchObject({ code: 4408 })
    expect(peer.frames).toEqual(['PONG'])
  })

  it('ends with the first frame, however long the look-up takes', async () => {
    const { promise, resolve } = Promise.withResolvers<{ name: string }>()
    await using served = await fixture({
      ...json,
      limits: { authenticationMs: 1_000 },
      createContext: () => promise,
    })
    const late = await served.peer('?connectionParams=1')
    const early = await served.peer('?connectionParams=1')
    early.send({ method: 'connectionParams', data: { name: 'Ann' } })
    early.send(call(1, 'query', 'whoAmI'))
    expect(await late.closed).toMatchObject({ code: 4408 })
    resolve({ name: 'Ann' })
    expect(await early.next()).toBe('{"id":1,"result":{"type":"data","data":"Ann"}}')
  })

  it('does not count for a socket that announced nothing', async () => {
    await using served = await fixture({ ...json, limits: { authenticationMs: 500 } })
    const silent = await served.peer()
    const late = await served.peer('?connectionParams=1')
    await late.closed
    silent.send(call(1, 'query', 'whoAmI'))
    expect(await silent.next()).toContain('nobody')
  })

  it.each(['{', '3', '{"method":"connectionParams","data":{"name":5}}', '{"method":"connectionParams"}'])(
    'refuses %s as connection parameters',
    async (frame) => {
      await using served = await fixture(json)
      const peer = await served.peer('?connectionParams=1')
      peer.send(frame)
      const answer = JSON.parse(await peer.next())
      expect(answer).toMatchObject({ id: null, error: { data: { code: 'PARSE_ERROR' } } })
      expect(await peer.closed).toMatchObject({ code: 1011 })
    },
  )
})

describe('frames that wait for a context', () => {
  it('are not read beyond a bound, and all answered once there is one', async () => {
    const { promise, resolve } = Promise.withResolvers<{ name: string }>()
    let isPaused = () => false
    await using served = await fixture({
      ...json,
      limits: { waitingLength: 10_000 },
      createContext: ({ res }) => {
        isPaused = () => res.isPaused
        return promise
      },
    })
    const peer = await served.peer()
    const ids = Array.from({ length: 200 }, (_, id) => id)
    for (const id of ids) peer.send(call(id, 'query', 'whoAmI', 'x'.repeat(10_000)))
    await eventually(() => isPaused())
    resolve({ name: 'Ann' })
    const answers = await peer.take(200)
    expect(answers.map((answer) => JSON.parse(answer).id)).toEqual(ids)
  })

  it('cost whoever gets none no more than frames do', async () => {
    const { promise, reject } = Promise.withResolvers<{ name: string }>()
    const limits = { framesBurst: 50, framesPerSecond: 1 }
    await using served = await fixture({ ...json, limits, createContext: () => promise })
    const peer = await served.peer()
    for (let sent = 0; sent < 3; sent += 1)
      peer.send(Array.from({ length: 100 }, (_, id) => call(id, 'query', 'whoAmI')))
    peer.send('PING')
    expect(await peer.next()).toBe('PONG')
    reject(new Error('Nobody'))
    await peer.closed
    expect(peer.frames.length).toBeLessThanOrEqual(50)
    expect(peer.frames.at(-1)).toContain('Nobody')
  })
})

describe('a frame', () => {
  it.each([
    ['too large', Buffer.alloc(64 * 1024 + 1, ' '), 1009],
    ['text in bad UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 1007],
  ])('that is %s closes its socket and is no error of ours', async (_name, bytes, code) => {
    await using served = await fixture(json)
    const peer = await served.peer()
    peer.socket.send(bytes, { binary: false })
    expect(await peer.closed).toMatchObject({ code })
    await eventually(() => served.handler.counts().sockets === 0)
    expect(served.errors).toEqual([])
  })

  it('that no WebSocket sends closes its socket, also when the peer stays', async () => {
    await using served = await fixture(json)
    const stream = await connectRaw(served.url)
    await eventually(() => served.handler.counts().sockets === 1)
    // A reserved bit is set.
    stream.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]))
    await eventually(() => served.handler.counts().sockets === 0)
    stream.destroy()
    expect(served.errors).toEqual([])
  })

  it('in binary is answered as bad, not thrown', async () => {
    await using served = await fixture(json)
    const peer = await served.peer()
    peer.socket.send(Buffer.from('{"id":1}'))
    expect(JSON.parse(await peer.next())).toMatchObject({
      id: null,
      error: { data: { code: 'PARSE_ERROR' } },
    })
  })
})

describe('a peer that is gone without a word', () => {
  it('is cut off when it gives no sign of life', async () => {
    await using served = await fixture({ ...json, limits: { pingMs: 100, pongMs: 200 } })
    const peer = await served.peer()
    expect(await peer.next()).toBe('PING')
    expect(await peer.closed).toMatchObject({ code: 1006 })
    expect(served.handler.counts().sockets).toBe(0)
  })

  it('is kept while it answers', async () => {
    await using served = await fixture({ ...json, limits: { pingMs: 100, pongMs: 10_000 } })
    const peer = await served.peer()
    for (let round = 0; round < 4; round += 1) {
      expect(await peer.next()).toBe('PING')
      peer.send('PONG')
    }
    expect(served.handler.counts().sockets).toBe(1)
  })
})

it('a socket that was closed before it could be served is not kept', async () => {
  await using served = await fixture(json)
  const closed = new Promise<void>((resolve) => {
    served.server.serve((socket, request) => {
      socket.terminate()
      socket.once('close', () => {
        served.handler.serve(socket, request)
        resolve()
      })
    })
  })
  const peer = await served.peer()
  await Promise.all([closed, peer.closed])
  expect(served.handler.counts()).toMatchObject({ sockets: 0, timed: 0 })
})

it('a callback that throws is reported and breaks nothing', async () => {
  await using served = await fixture({
    ...json,
    onClose: () => {
      throw new Error('Not closed')
    },
  })
  const peer = await served.peer()
  peer.socket.close()
  await eventually(() => served.errors.length === 1)
  expect(served.errors).toMatchObject([{ error: { message: 'Not closed' }, path: undefined }])
})
