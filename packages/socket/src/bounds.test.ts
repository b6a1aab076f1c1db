import { describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type FixtureOptions, fixture } from './testing/fixture.ts'
import { connectRaw, type Peer } from './testing/peer.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})
const idsOf = (frames: string[]) => frames.map((frame) => JSON.parse(frame).id)
const codeOf = (frame: string) => JSON.parse(frame).error?.data?.code

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

describe('a bad envelope', () => {
  const params = { path: 'nothing' }
  it.each([
    [{ id: 7, method: 'subscription', params: { path: 'follow', lastEventId: 5 } }, 7],
    [{ id: 7, method: 'dance', params }, 7],
    [{ id: 7, params }, 7],
    [{ id: 7, method: 'query' }, 7],
    [{ id: 7, method: 'query', params: 'nothing' }, 7],
    [{ id: 7, method: 'query', params: [] }, 7],
    [{ id: 7, method: 'query', params: {} }, 7],
    [{ id: 'seven', method: 'query', params: { path: 5 } }, 'seven'],
    [{ id: 7, jsonrpc: '1.0', method: 'query', params }, 7],
    [{ id: { seven: 7 }, method: 'query', params }, null],
    [{ id: true, method: 'query', params }, null],
    [{ id: 'x'.repeat(101), method: 'query', params }, null],
    [{ id: null, method: 'subscription.stop' }, null],
    [{ method: 'query', params }, null],
    [null, null],
    [[[]], null],
    ['"text"', null],
  ])('%j is answered under its own id', async (envelope, id) => {
    await using served = await fixture(json)
    const peer = await served.peer()
    peer.send(envelope)
    peer.send(call(8, 'query', 'whoAmI'))
    const [bad, good] = await peer.take(2)
    expect(JSON.parse(bad ?? '')).toMatchObject({
      id,
      error: { code: -32700, data: { code: 'PARSE_ERROR', by: 'nobody' } },
    })
    expect(good).toBe('{"id":8,"result":{"type":"data","data":"nobody"}}')
  })

  it('does not take the others of its frame with it', async () => {
    await using served = await fixture(json)
    const peer = await served.peer()
    peer.send([call(1, 'query', 'whoAmI'), { id: 2 }, call(3, 'query', 'whoAmI')])
    const frames = await peer.take(3)
    expect(idsOf(frames).sort()).toEqual([1, 2, 3])
    expect(frames.filter((frame) => frame.includes('"data":"nobody"'))).toHaveLength(2)
  })

  it('is not reported, so that strangers write no log', async () => {
    await using served = await fixture(json)
    const peer = await served.peer()
    peer.send({ id: 1 })
    peer.send('{')
    await peer.take(2)
    expect(served.errors).toEqual([])
  })

  it('with an input that is refused is answered and formatted with its path', async () => {
    await using served = await fixture({
      ...json,
      parseInput: () => {
        throw new Error('Not this')
      },
    })
    const peer = await served.peer()
    peer.send(call(1, 'query', 'greet', {}))
    expect(JSON.parse(await peer.next())).toMatchObject({
      id: 1,
      error: { message: 'Not this', data: { code: 'PARSE_ERROR', path: 'greet', asked: 'greet' } },
    })
  })

  it('is an input that the format refuses', async () => {
    await using served = await fixture({
      parseInput(input) {
        if (typeof input !== 'object' || input === null || !('json' in input)) return undefined
        if ('meta' in input) throw new Error('Inputs have no meta')
        return input.json
      },
    })
    const peer = await served.peer()
    peer.send(call(1, 'query', 'greet', { json: { name: 'Ann' }, meta: { values: { name: ['Date'] } } }))
    peer.send(call(2, 'query', 'greet', { json: { name: 'Ann' } }))
    const [refused, answered] = await peer.take(2)
    expect(JSON.parse(refused ?? '')).toMatchObject({
      id: 1,
      error: { json: { message: 'Inputs have no meta' } },
    })
    expect(answered).toBe('{"id":2,"result":{"type":"data","data":{"json":{"hello":"Ann"}}}}')
  })
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

describe('calls', () => {
  it('under way are bounded for each socket', async () => {
    await using served = await fixture({ ...json, limits: { callsUnderWay: 2 } })
    const peer = await served.peer()
    const other = await served.peer()
    peer.send([1, 2, 3].map((id) => call(id, 'mutation', 'wait', 100)))
    const [refused, ...answered] = await peer.take(3)
    expect(idsOf([refused ?? ''])).toEqual([3])
    expect(codeOf(refused ?? '')).toBe('TOO_MANY_REQUESTS')
    expect(idsOf(answered).sort()).toEqual([1, 2])
    other.send(call(1, 'query', 'whoAmI'))
    expect(await other.next()).toContain('nobody')
    peer.send(call(4, 'query', 'whoAmI'))
    expect(await peer.next()).toContain('nobody')
  })

  it('and begun subscriptions are charged from one bucket, whatever socket they come over', async () => {
    const left = new Map([
      ['Ann', 4],
      ['Bob', 4],
    ])
    await using served = await fixture({
      ...json,
      charge({ name }, calls) {
        const granted = Math.min(calls, left.get(name) ?? 0)
        left.set(name, (left.get(name) ?? 0) - granted)
        return granted
      },
      overload: (reason) => new Error(reason),
    })
    const open = async (name: string) => {
      const peer = await served.peer('?connectionParams=1')
      peer.send({ method: 'connectionParams', data: { name } })
      return peer
    }
    const [first, second, bob] = await Promise.all([open('Ann'), open('Ann'), open('Bob')])
    first.send([
      call(1, 'query', 'whoAmI'),
      call(2, 'subscription', 'follow'),
      { id: 2, method: 'subscription.stop' },
    ])
    await first.take(2)
    second.send([3, 4, 5].map((id) => call(id, 'subscription', 'follow')))
    const frames = await second.take(3)
    expect(frames.filter((frame) => frame.includes('started'))).toHaveLength(2)
    expect(frames.filter((frame) => frame.includes('"message":"rateLimited"'))).toHaveLength(1)
    expect(served.handler.counts()).toMatchObject({ subscriptions: 2, callsUnderWay: 0 })
    bob.send(call(1, 'query', 'whoAmI'))
    expect(await bob.next()).toContain('Bob')
  })

  const turnedAway: [string, FixtureOptions][] = [
    ['rateLimited', { charge: () => 0 }],
    ['tooManyCallsUnderWay', { limits: { callsUnderWay: 0 } }],
  ]
  it.each(turnedAway)(
    'of one frame are each answered and reported with their path: %s',
    async (why, options) => {
      await using served = await fixture({ ...json, overload: (reason) => new Error(reason), ...options })
      const peer = await served.peer()
      const paths = ['whoAmI', 'nothing', 'whoAmI', 'nowhere']
      peer.send(paths.map((path, id) => call(id, 'query', path)))
      const answers = (await peer.take(paths.length)).map((frame) => JSON.parse(frame))
      expect(answers).toMatchObject(
        paths.map((path, id) => ({ id, error: { message: why, data: { path, asked: path } } })),
      )
      expect(served.errors).toMatchObject(
        paths.map((path) => ({ path, type: 'query', error: { message: why } })),
      )
    },
  )

  it('of a batch that is too large are each reported, though not read', async () => {
    await using served = await fixture({ ...json, limits: { callsPerFrame: 1 } })
    const peer = await served.peer()
    peer.send([
      call(1, 'query', 'whoAmI'),
      call(2, 'query', 'whoAmI'),
      { id: 3, method: 'subscription.stop' },
    ])
    expect(idsOf(await peer.take(2))).toEqual([1, 2])
    expect(served.errors.map(({ path }) => path)).toEqual([undefined, undefined])
  })

  it('are turned away, not lost, when the charge fails', async () => {
    await using served = await fixture({
      ...json,
      charge: () => {
        throw new Error('No bucket')
      },
    })
    const peer = await served.peer()
    peer.send([call(1, 'query', 'whoAmI'), call(2, 'subscription', 'follow')])
    const frames = await peer.take(2)
    expect(frames.every((frame) => frame.includes('No bucket'))).toBe(true)
    expect(served.handler.counts()).toMatchObject({ subscriptions: 0, callsUnderWay: 0 })
  })

  it('are turned away, not lost, when the error for it fails', async () => {
    await using served = await fixture({
      ...json,
      limits: { callsUnderWay: 0 },
      overload: () => {
        throw new Error('No words')
      },
    })
    const peer = await served.peer()
    peer.send(call(1, 'query', 'whoAmI'))
    expect(await peer.next()).toContain('No words')
  })

  it('that wait for a context are bounded too', async () => {
    const { promise, resolve } = Promise.withResolvers<{ name: string }>()
    await using served = await fixture({
      ...json,
      limits: { callsUnderWay: 2, subscriptions: 2 },
      createContext: () => promise,
    })
    const peer = await served.peer()
    peer.send([1, 2, 3].map((id) => call(id, 'query', 'whoAmI')))
    peer.send([4, 5, 6].map((id) => call(id, 'subscription', 'follow')))
    expect(idsOf(await peer.take(2))).toEqual([3, 6])
    resolve({ name: 'Ann' })
    expect(idsOf(await peer.take(4)).sort()).toEqual([1, 2, 4, 5])
  })
})

describe('subscriptions', () => {
  it('are bounded for each socket, and one that ended in any way makes room', async () => {
    await using served = await fixture({ ...json, limits: { subscriptions: 1 } })
    const peer = await served.peer()
    const refused = async (id: number) => {
      peer.send(call(id, 'subscription', 'count', 1))
      return codeOf(await peer.next()) === 'TOO_MANY_REQUESTS'
    }
    peer.send(call(1, 'subscription', 'journal'))
    await peer.next()
    expect(await refused(2)).toBe(true)
    peer.send({ id: 1, method: 'subscription.stop' })
    await peer.next()
    const ends: [string, unknown, number][] = [
      ['count', 1, 3],
      ['count', 'no number', 1],
      ['failAfter', 1, 4],
      ['failAtOnce', undefined, 1],
      ['notAStream', undefined, 1],
      ['nowhere', undefined, 1],
      ['unwritableEvent', undefined, 4],
      ['observe', 1, 3],
      ['observeFailure', undefined, 4],
    ]
    for (const [path, input, brings] of ends) {
      peer.send(call(3, 'subscription', path, input))
      const frames = await peer.take(brings)
      expect(frames.map(codeOf)).not.toContain('TOO_MANY_REQUESTS')
      expect(served.handler.counts().subscriptions).toBe(0)
    }
  })

  it('that are stopped before they begin do not begin', async () => {
    const { promise, resolve } = Promise.withResolvers<{ name: string }>()
    await using served = await fixture({ ...json, createContext: () => promise })
    const peer = await served.peer()
    peer.send([call(1, 'subscription', 'follow'), { id: 1, method: 'subscription.stop' }])
    await eventually(() => served.handler.counts().subscriptions === 1)
    resolve({ name: 'Ann' })
    expect(await peer.next()).toBe('{"id":1,"result":{"type":"stopped"}}')
    expect(served.journal.readers).toBe(0)
    expect(served.handler.counts().subscriptions).toBe(0)
  })

  it('that are stopped before they begin give their id back, also when there is no context to begin with', async () => {
    const { promise, reject } = Promise.withResolvers<{ name: string }>()
    let left = Number.NaN
    await using served = await fixture({
      ...json,
      createContext: () => promise,
      codes: {
        contextFailed: () => {
          left = served.handler.counts().subscriptions
          return [1011, 'Nobody']
        },
      },
    })
    const peer = await served.peer()
    peer.send([call(1, 'subscription', 'follow'), { id: 1, method: 'subscription.stop' }])
    await eventually(() => served.handler.counts().subscriptions === 1)
    reject(new Error('Nobody'))
    await peer.closed
    expect(left).toBe(0)
    expect(peer.frames.slice(1)).toEqual(['{"id":1,"result":{"type":"stopped"}}'])
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
