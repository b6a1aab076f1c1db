import { getWSConnectionHandler } from '@trpc/server/adapters/ws'
import superjson from 'superjson'
import { describe, expect, it } from 'vitest'
import { createSocketHandler } from './handler.ts'
import { superjsonOutput } from './superjson-output.ts'
import { nameOf } from './testing/fixture.ts'
import { Journal } from './testing/journal.ts'
import { connectPeer } from './testing/peer.ts'
import { type Format, testRouter } from './testing/router.ts'
import { startServer } from './testing/server.ts'

/** An entry of a journal, or what a client sends and how many frames it brings. */
type Step = { write: string } | { send: unknown; brings: number }

const call = (id: unknown, method: string, path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
})

describe.each<Format>(['superjson', 'plain JSON'])('the bytes of tRPC’s own adapter over %s', (format) => {
  const input = (value: unknown) => (format === 'superjson' ? superjson.serialize(value) : value)
  const none = input(undefined)
  const lastEventId = '1'
  const sessions: [string, Step[]][] = [
    ['a query', [{ send: call(1, 'query', 'greet', input({ name: 'Ann' })), brings: 1 }]],
    [
      'an id that is a string, and jsonrpc',
      [{ send: { ...call('é"1', 'query', 'nothing', none), jsonrpc: '2.0' }, brings: 1 }],
    ],
    ['dates and undefined', [{ send: call(1, 'query', 'when', none), brings: 1 }]],
    ['an undefined answer', [{ send: call(1, 'query', 'nothing', none), brings: 1 }]],
    ['an error', [{ send: call(2, 'mutation', 'refuse', none), brings: 1 }]],
    [
      'an error with jsonrpc',
      [{ send: { ...call(2, 'mutation', 'refuse', none), jsonrpc: '2.0' }, brings: 1 }],
    ],
    ['an unexpected error', [{ send: call(2, 'query', 'crash', none), brings: 1 }]],
    ['a formatter that fails', [{ send: call(2, 'query', 'unformattable', none), brings: 1 }]],
    ['an answer that can’t be written', [{ send: call(2, 'query', 'unwritable', none), brings: 1 }]],
    ['an input that is refused', [{ send: call(3, 'query', 'greet', input({ name: 1 })), brings: 1 }]],
    ['a path that does not exist', [{ send: call(3, 'query', 'nowhere', none), brings: 1 }]],
    [
      'a method that does not fit',
      [{ send: call(3, 'mutation', 'greet', input({ name: 'Ann' })), brings: 1 }],
    ],
    ['a stream from a query', [{ send: call(4, 'query', 'stream', none), brings: 1 }]],
    ['a generator', [{ send: call(5, 'subscription', 'count', input(2)), brings: 4 }]],
    ['tracked events', [{ send: call(5, 'subscription', 'dates', none), brings: 7 }]],
    ['an observable', [{ send: call(6, 'subscription', 'observe', input(2)), brings: 4 }]],
    ['an observable that fails', [{ send: call(6, 'subscription', 'observeFailure', none), brings: 3 }]],
    ['a generator that fails', [{ send: call(7, 'subscription', 'failAfter', input(1)), brings: 3 }]],
    ['a subscription that is refused', [{ send: call(7, 'subscription', 'failAtOnce', none), brings: 1 }]],
    ['a subscription without a stream', [{ send: call(7, 'subscription', 'notAStream', none), brings: 1 }]],
    [
      'an event that can’t be written',
      [{ send: call(7, 'subscription', 'unwritableEvent', none), brings: 3 }],
    ],
    [
      'a stop, and the same id again',
      [
        { send: call(8, 'subscription', 'journal', none), brings: 1 },
        { send: { id: 8, method: 'subscription.stop' }, brings: 1 },
        { send: call(8, 'subscription', 'count', input(1)), brings: 3 },
      ],
    ],
    [
      'an id that is taken',
      [
        { send: call(8, 'subscription', 'journal', none), brings: 1 },
        { send: call(8, 'subscription', 'journal', none), brings: 1 },
      ],
    ],
    [
      'a resumed subscription',
      [
        { write: 'one' },
        { write: 'two' },
        {
          send: { id: 9, method: 'subscription', params: { path: 'follow', input: none, lastEventId } },
          brings: 2,
        },
        { write: 'three ☃' },
        { send: 'PING', brings: 2 },
      ],
    ],
    [
      'a stop of nothing',
      [
        { send: { id: 1, method: 'subscription.stop' }, brings: 0 },
        { send: 'PING', brings: 1 },
      ],
    ],
    ['an id that is null', [{ send: call(null, 'query', 'nothing', none), brings: 1 }]],
    ['an id that is no id', [{ send: call({}, 'query', 'nothing', none), brings: 1 }]],
    ['no id', [{ send: { method: 'query' }, brings: 1 }]],
    ['a frame that is no JSON', [{ send: '{', brings: 1 }]],
    ['a frame that is no object', [{ send: '3', brings: 1 }]],
    [
      'a batch that is too large',
      [
        {
          send: [call(1, 'query', 'nothing', none), call('b', 'query', 'nothing', none), { id: 3 }, 4],
          brings: 3,
        },
      ],
    ],
    ['a batch that is too large and has no ids', [{ send: [1, 2, 3, 4], brings: 1 }]],
  ]

  it.each(sessions)('%s', async (_name, steps) => {
    const ours = await play('ours', format, steps)
    const stock = await play('stock', format, steps)
    expect(ours).toEqual(stock)
    expect(ours.flat().length).toBeGreaterThan(0)
  })

  it('answers every call of a batch as the other does', async () => {
    const batch = [
      call(1, 'query', 'greet', input({ name: 'Ann' })),
      call(2, 'mutation', 'refuse', none),
      call(3, 'subscription', 'observe', input(1)),
    ]
    const ours = await play('ours', format, [{ send: batch, brings: 5 }])
    const stock = await play('stock', format, [{ send: batch, brings: 5 }])
    expect(ours.flat().sort()).toEqual(stock.flat().sort())
  })
})

const MAX_BATCH = 3

/** The frames that each step brought. */
async function play(adapter: 'ours' | 'stock', format: Format, steps: Step[]): Promise<string[][]> {
  const journal = new Journal()
  const router = testRouter(format, journal)
  await using server = await startServer()
  const onError = () => undefined
  server.serve(
    adapter === 'ours'
      ? createSocketHandler({
          router,
          createContext: nameOf,
          onError,
          limits: { callsPerFrame: MAX_BATCH },
          ...(format === 'superjson' && { stringify: superjsonOutput(superjson) }),
        }).serve
      : getWSConnectionHandler({
          wss: server.wss,
          router,
          createContext: nameOf,
          onError,
          maxBatchSize: MAX_BATCH,
        }),
  )
  const peer = await connectPeer(server.url)
  const brought: string[][] = []
  for (const step of steps) {
    if ('write' in step) journal.write(step.write)
    else {
      peer.send(step.send)
      brought.push(await peer.take(step.brings))
    }
  }
  // Anything more than was asked for is a difference as well.
  peer.send('PING')
  brought.push([await peer.next()])
  return brought
}
