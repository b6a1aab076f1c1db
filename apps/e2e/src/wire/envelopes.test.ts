import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectTo, type FrameSocket, openFrameSocket, request, upgradeText } from '../testing/frames.ts'
import { hasLogged, warningsOf } from '../testing/server-log.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type SignedIn, signInAs } from '../testing/wire.ts'

let stack: Stack
let alice: SignedIn
let chatId: string
beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'debug' } })
  alice = await signInAs(stack)
  chatId = (await alice.trpc.chat.get.query()).id
})
afterAll(() => stack[Symbol.asyncDispose]())

const open = (): Promise<FrameSocket> => openFrameSocket(stack.url, { credentials: alice.credentials })
function firstServer() {
  const [server] = stack.servers
  if (!server) throw new Error('There is no server')
  return server
}

describe('P10 an envelope that makes no sense is answered under its own id, in the shape of every error', () => {
  const subscription = (params: object) => ({ id: 7, method: 'subscription', params })
  const path = 'chat.onMessage'
  test.each<[string, (chat: string) => object, string]>([
    [
      'a lastEventId that is a number',
      (chat) => subscription({ path, input: { json: { chatId: chat } }, lastEventId: 5 }),
      'PARSE_ERROR',
    ],
    [
      'a lastEventId that is no cursor',
      (chat) => subscription({ path, input: { json: { chatId: chat } }, lastEventId: 'x' }),
      'BAD_REQUEST',
    ],
    ['no params', () => ({ id: 7, method: 'query' }), 'PARSE_ERROR'],
    ['params that are a list', () => ({ id: 7, method: 'query', params: [] }), 'PARSE_ERROR'],
    ['no path', () => ({ id: 7, method: 'query', params: {} }), 'PARSE_ERROR'],
    ['a path that is no text', () => ({ id: 7, method: 'query', params: { path: {} } }), 'PARSE_ERROR'],
    ['no method', () => ({ id: 7 }), 'PARSE_ERROR'],
    ['an unknown method', () => request(7, 'subscribe', 'chat.get', null), 'PARSE_ERROR'],
    [
      'another version of JSON-RPC',
      () => ({ ...request(7, 'query', 'chat.get', null), jsonrpc: '1.0' }),
      'PARSE_ERROR',
    ],
    ['an unknown path', () => request(7, 'query', 'chat.nothing', null), 'NOT_FOUND'],
    ['a path into a prototype', () => request(7, 'query', '__proto__.toString', null), 'NOT_FOUND'],
    ['a query that is a mutation', () => request(7, 'query', 'chat.send', null), 'NOT_FOUND'],
    [
      'an input without its envelope',
      () => ({ id: 7, method: 'query', params: { path: 'chat.get', input: 5 } }),
      'BAD_REQUEST',
    ],
    ['no input', () => ({ id: 7, method: 'mutation', params: { path: 'chat.send' } }), 'BAD_REQUEST'],
  ])('%s', async (_name, envelope, code) => {
    using socket = await open()
    // Between two good ones of the same frame, which are not taken along.
    socket.send([
      request(6, 'query', 'chat.unread', null),
      envelope(chatId),
      request(8, 'query', 'chat.unread', null),
    ])
    expect(await socket.answer(7)).toMatchObject({
      id: 7,
      error: { json: { message: expect.any(String), code: expect.any(Number), data: { code } } },
    })
    for (const id of [6, 8]) expect(await socket.answer(id)).toMatchObject({ id, result: { type: 'data' } })
    expect(JSON.stringify(socket.answers)).not.toContain('node_modules')
  })

  test.each([
    ['no JSON', '{"id":'],
    ['no object', 'null'],
    ['no id that can be repeated', { id: {}, method: 'query', params: { path: 'chat.get' } }],
  ])('%s has no id of its own, and is answered under none', async (_name, frame) => {
    using socket = await open()
    socket.send(frame)
    expect(await socket.answer(null)).toMatchObject({ error: { json: { data: { code: 'PARSE_ERROR' } } } })
    socket.send(request(8, 'query', 'chat.unread', null))
    expect(await socket.answer(8)).toMatchObject({ result: { type: 'data' } })
  })
})

describe('P10 an input that is refused is refused alike over HTTP and over the socket', () => {
  const wide = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`field${n}`, n]))
  const reason = 'input_invalid'
  test.each<[string, string | undefined, object]>([
    ['no input', undefined, { reason }],
    ['no object', '5', { reason }],
    ['null', 'null', { reason }],
    ['a list', '[]', { reason }],
    ['nothing under json', '{"a":1}', { reason, field: 'json' }],
    ['notes on a date', '{"json":{},"meta":{"values":{"a":["Date"]}}}', { reason, field: 'meta.values' }],
    ['notes on what is not there', '{"json":{"a":1},"meta":{"values":{"a":["undefined"]}}}', { reason }],
    ['notes on what is no object', '{"json":5,"meta":{"values":{"a":["undefined"]}}}', { reason }],
    ['too many fields', JSON.stringify({ json: wide }), { reason }],
    ['a field of another type', '{"json":{"chatId":5}}', { reason, field: 'chatId' }],
  ])('%s', async (_name, input, expected) => {
    const [body, frame] = [input ?? '', input === undefined ? '' : `,"input":${input}`]
    using socket = await open()
    socket.send(`{"id":1,"method":"mutation","params":{"path":"chat.send"${frame}}}`)
    const [{ error: overSocket }, overHttp] = await Promise.all([socket.answer(1), post('chat.send', body)])
    const data = { code: 'BAD_REQUEST', httpStatus: 400, path: 'chat.send', ...expected }
    expect(overHttp).toEqual({ json: { code: -32600, message: expect.any(String), data } })
    expect(overSocket).toEqual(overHttp)
  })

  test('what is no JSON: of a frame it is not known which call it was to be', async () => {
    using socket = await open()
    socket.send('{"id":1,"method":')
    const [{ error: overSocket }, overHttp] = await Promise.all([
      socket.answer(null),
      post('chat.send', '{"json":'),
    ])
    expect(overHttp).toMatchObject({ json: { data: { code: 'BAD_REQUEST', path: 'chat.send', reason } } })
    expect(overSocket).toMatchObject({ json: { data: { code: 'PARSE_ERROR', path: null, reason } } })
  })

  async function post(path: string, body: string): Promise<unknown> {
    const { credentials } = alice
    const answer = await fetch(`${stack.url}/trpc/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(credentials && 'token' in credentials && { authorization: `Bearer ${credentials.token}` }),
      },
      body,
    })
    expect(answer.status).toBe(400)
    return (await answer.json()).error
  }
})

test('P10 no frame of a peer writes a warning: what WebSockets do not allow is refused with a close code', async () => {
  const closes: [name: string, frame: Buffer, code: number][] = [
    ['not UTF-8', clientFrame(0x81, Buffer.from([0x22, 0xc3, 0x28, 0x22])), 1007],
    ['more than 64 KiB', clientFrame(0x81, Buffer.alloc(64 * 1024 + 1, ' ')), 1009],
    ['a reserved bit', clientFrame(0xf1, Buffer.from('{}')), 1002],
    ['a reserved opcode', clientFrame(0x83, Buffer.from('{}')), 1002],
    ['a continuation of nothing', clientFrame(0x80, Buffer.from('{}')), 1002],
    ['a control frame in fragments', clientFrame(0x09, Buffer.from('{}')), 1002],
    ['a close code that is none', clientFrame(0x88, Buffer.from([0x00, 0x01])), 1002],
    ['without a mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    [
      'too many fragments',
      Buffer.concat(
        Array.from({ length: 100 }, (_, n) => clientFrame(n === 0 ? 0x01 : 0x00, Buffer.from(' '))),
      ),
      1008,
    ],
  ]
  for (const [name, frame, code] of closes) {
    expect(await closeCodeFor(frame), name).toBe(code)
  }
  // The log works: what is refused stands in it, for whoever looks closer.
  expect(hasLogged(firstServer(), 'call refused')).toBe(true)
  expect(warningsOf(firstServer())).toEqual([])
})

/** Writes bytes to a socket that has been upgraded; the close code that the server answers with. */
async function closeCodeFor(bytes: Buffer): Promise<number | null> {
  const peer = await connectTo(firstServer().port)
  const frames: Buffer[] = []
  let upgraded = false
  peer.write(upgradeText('/trpc?connectionParams=1'))
  return new Promise((resolve) => {
    peer.on('data', (chunk: Buffer) => {
      if (upgraded) frames.push(chunk)
      else {
        upgraded = true
        peer.write(bytes)
      }
      const all = Buffer.concat(frames)
      if (all[0] !== 0x88 || all.length < 4) return
      peer.destroy()
      resolve(all.readUInt16BE(2))
    })
    peer.once('close', () => resolve(null))
  })
}

/** A frame as a client sends it: masked, by a mask of zeros (RFC 6455, section 5.2). */
function clientFrame(first: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  if (length < 126) head[1] = 0x80 | length
  else if (length < 65_536) {
    head[1] = 0x80 | 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, Buffer.alloc(4), payload])
}
