import { describe, expect, it } from 'vitest'
import { type FixtureOptions, fixture } from './testing/fixture.ts'

const json: FixtureOptions = { format: 'plain JSON' }
const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})
const idsOf = (frames: string[]) => frames.map((frame) => JSON.parse(frame).id)

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
