import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { type Fixture, fixture, nameOf, stockClient } from './testing/fixture.ts'
import { listen } from './testing/listen.ts'
import type { Format } from './testing/router.ts'

const formats: Format[] = ['superjson', 'plain JSON']

describe.each(formats)('a stock client over %s', (format) => {
  const serve = (options: Parameters<typeof fixture>[0] = {}): Promise<Fixture> =>
    fixture({ format, ...options })

  it('queries and mutates', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    expect(await stock.client.query('greet', { name: 'Ann' })).toEqual({ hello: 'Ann' })
    expect(await stock.client.mutation('add', [1, 2, 3])).toBe(6)
    expect(await stock.client.query('nothing')).toBeUndefined()
  })

  it('gets dates and undefined as its format has them', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    expect(await stock.client.query('when')).toStrictEqual(
      format === 'superjson'
        ? { at: new Date(0), 'a.b': { deep: [new Date(1), undefined] }, none: undefined }
        : { at: '1970-01-01T00:00:00.000Z', 'a.b': { deep: ['1970-01-01T00:00:00.001Z', null] } },
    )
  })

  it('sends several calls in one frame', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    await stock.client.query('greet', { name: 'first' })
    const frames: string[] = []
    for (const socket of served.server.wss.clients) socket.on('message', (data) => frames.push(String(data)))
    const answers = await Promise.all([
      stock.client.query('greet', { name: 'Ann' }),
      stock.client.mutation('add', [1, 1]),
      stock.client.query('whoAmI').catch((error: Error) => error.message),
      stock.client.query('crash').catch((error: Error) => error.message),
    ])
    expect(answers).toEqual([{ hello: 'Ann' }, 2, 'nobody', 'Out of order'])
    expect(frames).toHaveLength(1)
    expect(JSON.parse(frames[0] ?? '')).toHaveLength(4)
  })

  it('gets the error shape of the router', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    await expect(stock.client.mutation('refuse')).rejects.toMatchObject({
      message: 'Not you',
      shape: {
        code: -32003,
        data: { code: 'FORBIDDEN', httpStatus: 403, path: 'refuse', reason: 'because', by: 'nobody' },
      },
    })
    await expect(stock.client.query('greet', { name: 1 })).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST' },
    })
    await expect(stock.client.query('nowhere')).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } })
    await expect(stock.client.query('stream')).rejects.toMatchObject({
      data: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    })
    expect(served.errors.map(({ path }) => path)).toEqual(['refuse', 'greet', 'nowhere', 'stream'])
  })

  it.each(['count', 'observe'])('subscribes to %s', async (path) => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    const heard = listen(stock.client, path, 3)
    expect(await heard.until(6)).toEqual(['started', 1, 2, 3, 'stopped', 'complete'])
    expect(served.handler.counts().subscriptions).toBe(0)
  })

  it('hears of an error in a subscription', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    const generated = listen(stock.client, 'failAfter', 2)
    const observed = listen(stock.client, 'observeFailure')
    const refused = listen(stock.client, 'failAtOnce')
    const none = listen(stock.client, 'notAStream')
    const unwritable = listen(stock.client, 'unwritableEvent')
    const shape = (code: string) => ({ shape: { data: { code } } })
    expect(await generated.until(4)).toMatchObject(['started', 1, 2, shape('BAD_GATEWAY')])
    expect(await observed.until(3)).toMatchObject(['started', 1, shape('CONFLICT')])
    expect(await refused.until(1)).toMatchObject([shape('UNAUTHORIZED')])
    expect(await none.until(1)).toMatchObject([shape('INTERNAL_SERVER_ERROR')])
    expect(await unwritable.until(3)).toMatchObject(['started', 1, shape('INTERNAL_SERVER_ERROR')])
    await eventually(() => served.handler.counts().subscriptions === 0)
  })

  it.each(['journal', 'follow'])('stops %s, and its source is released', async (path) => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    served.journal.write('one')
    const heard = listen(stock.client, path)
    await heard.until(2)
    expect(served.journal.readers).toBe(1)
    heard.stop()
    await eventually(() => served.journal.readers === 0 && served.handler.counts().subscriptions === 0)
    // The id may be used again and the socket goes on.
    expect(await stock.client.mutation('write', 'two')).toBe(2)
    expect(heard.events.filter((event) => typeof event === 'object')).toEqual([
      { id: '1', data: { text: 'one' } },
    ])
  })

  it.each(['journal', 'follow'])(
    'resumes %s behind the last event after its socket was lost',
    async (path) => {
      await using served = await serve()
      using stock = stockClient(served.url, format)
      served.journal.write('one')
      const heard = listen(stock.client, path)
      await heard.until(2)
      const connected = once(served.server.wss, 'connection')
      for (const socket of served.server.wss.clients) socket.terminate()
      served.journal.write('two')
      await connected
      served.journal.write('three')
      const isData = (event: unknown) => typeof event === 'object'
      const events = await heard.when((all) => all.filter(isData).length >= 3)
      expect(events.filter(isData)).toEqual([
        { id: '1', data: { text: 'one' } },
        { id: '2', data: { text: 'two' } },
        { id: '3', data: { text: 'three' } },
      ])
    },
  )

  it('moves to a new socket when asked to reconnect, without a gap', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format)
    served.journal.write('one')
    const heard = listen(stock.client, 'follow')
    await heard.until(2)
    const waiting = stock.client.mutation('wait', 100)
    await eventually(() => served.handler.counts().callsUnderWay === 1)
    const connected = once(served.server.wss, 'connection')
    served.handler.askToReconnect()
    await connected
    expect(await waiting).toBe(100)
    await stock.client.mutation('write', 'two')
    await heard.until(3)
    expect(heard.events).toEqual([
      'started',
      { id: '1', data: { text: 'one' } },
      { id: '2', data: { text: 'two' } },
    ])
    await eventually(() => served.handler.counts().sockets === 1)
  })

  it('presents connection parameters', async () => {
    await using served = await serve()
    using stock = stockClient(served.url, format, { connectionParams: { name: 'Ann' } })
    expect(await stock.client.query('whoAmI')).toBe('Ann')
  })

  it('hears why it got no context, is closed and comes back', async () => {
    const attempts: string[] = []
    await using served = await serve({
      createContext: async (options) => {
        attempts.push(nameOf(options).name)
        if (attempts.length > 1) return nameOf(options)
        const asked = Promise.withResolvers<void>()
        options.res.on('message', () => asked.resolve())
        await asked.promise
        throw new Error('Not yet')
      },
    })
    const codes: (number | undefined)[] = []
    using stock = stockClient(served.url, format, {
      connectionParams: { name: 'Ann' },
      onClose: (cause) => codes.push(cause?.code),
    })
    await expect(stock.client.query('whoAmI')).rejects.toMatchObject({ message: 'Not yet' })
    await eventually(() => attempts.length === 2)
    expect(await stock.client.query('whoAmI')).toBe('Ann')
    expect(codes).toEqual([1011])
  })

  it('keeps alive by PING and PONG, both ways', async () => {
    await using served = await serve({ limits: { pingMs: 200, pongMs: 10_000 } })
    using quiet = stockClient(served.url, format)
    using asking = stockClient(served.url, format, {
      keepAlive: { enabled: true, intervalMs: 50, pongTimeoutMs: 2_000 },
    })
    await quiet.client.query('nothing')
    await asking.client.query('nothing')
    const heard = { PING: 0, PONG: 0 }
    for (const socket of served.server.wss.clients)
      socket.on('message', (data) => {
        const text = String(data)
        if (text === 'PING' || text === 'PONG') heard[text] += 1
      })
    await eventually(() => heard.PING >= 3 && heard.PONG >= 3)
    expect(served.handler.counts().sockets).toBe(2)
  })
})

it('serves a WebSocket that compresses', async () => {
  await using served = await fixture({ perMessageDeflate: true })
  using stock = stockClient(served.url, 'superjson')
  expect(await stock.client.query('big', 5_000)).toHaveLength(5_000)
  const heard = listen(stock.client, 'follow')
  served.journal.write('one')
  await heard.until(2)
  for (const socket of served.server.wss.clients) expect(socket.extensions).toBe('permessage-deflate')
})
