import { describe, expect, it } from 'vitest'
import { type FixtureOptions, fixture } from './testing/fixture.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})
const idsOf = (frames: string[]) => frames.map((frame) => JSON.parse(frame).id)
const codeOf = (frame: string) => JSON.parse(frame).error?.data?.code

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
    peer.send('PING')
    expect(await peer.next()).toBe('PONG')
    resolve({ name: 'Ann' })
    const answers = await peer.take(6)
    expect(idsOf(answers.filter((answer) => answer.includes('Too many'))).sort()).toEqual([3, 6])
    expect(idsOf(answers).sort()).toEqual([1, 2, 3, 4, 5, 6])
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
    peer.send('PING')
    expect(await peer.next()).toBe('PONG')
    resolve({ name: 'Ann' })
    expect(await peer.next()).toBe('{"id":1,"result":{"type":"stopped"}}')
    expect(served.journal.readers).toBe(0)
    expect(served.handler.counts().subscriptions).toBe(0)
  })
})
