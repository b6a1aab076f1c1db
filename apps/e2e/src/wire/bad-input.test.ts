import { people, signIdentity } from '@acme/local'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openFrameSocket } from '../testing/frames.ts'
import { IDENTITY_SECRET, type Stack, startStack } from '../testing/stack.ts'
import { logIn, overHttp, overSocket, type SignedIn, signInAs, somebody } from '../testing/wire.ts'

let stack: Stack
let url: string
let alice: SignedIn
let chatId: string
let db: pg.Client
beforeAll(async () => {
  stack = await startStack()
  url = stack.url
  alice = await signInAs(stack)
  chatId = (await alice.trpc.chat.get.query()).id
  db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
})
afterAll(async () => {
  await db?.end()
  await stack?.[Symbol.asyncDispose]()
})

const stored = async () => (await db.query('select count(*)::int as n from support_messages')).rows[0].n
const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: {
      data?: { code?: string; reason?: string; field?: string; httpStatus?: number }
      message: string
    }) => ({
      ...error.data,
      message: error.message,
    }),
  )
const send = (content: unknown, more = {}) =>
  fetch(`${url}/trpc/chat.send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: bearer(alice) },
    body: JSON.stringify({ json: { chatId, id: uuidv7(), content, ...more } }),
  })
function bearer({ credentials }: SignedIn): string {
  return credentials && 'token' in credentials ? `Bearer ${credentials.token}` : ''
}
const errorOf = async (response: Response) => {
  const { error } = await response.json()
  return { status: response.status, ...error.json.data, message: error.json.message }
}

describe('P10 bad input changes nothing and is answered by a typed error', () => {
  test.each([
    ['empty', '', 400, 'content_blank'],
    ['white space', ' \t\n ', 400, 'content_blank'],
    ['zero width', '\u200b\u200d\ufeff', 400, 'content_blank'],
    ['fillers', '\u3164\u2800', 400, 'content_blank'],
    ['4,001 characters', 'x'.repeat(4001), 413, 'content_too_long'],
    ['NUL', 'a\u0000b', 400, 'content_invalid'],
    ['a lone surrogate', 'a\ud83d', 400, 'content_invalid'],
    ['a number', 7, 400, 'input_invalid'],
    ['an array', ['x'], 400, 'input_invalid'],
    ['null', null, 400, 'input_invalid'],
  ])('content: %s', async (_name, content, status, reason) => {
    const before = await stored()
    expect(await errorOf(await send(content))).toMatchObject({ status, reason, field: 'content' })
    expect(await stored()).toBe(before)
  })

  test.each([
    ['no chat', { chatId: undefined }, 'chatId'],
    ['a chat id that is none', { chatId: '1 or 1=1' }, 'chatId'],
    ['an id of another type', { id: { $ne: '' } }, 'id'],
    ['a field nobody asked for', { senderType: 'admin' }, ''],
  ])('input: %s', async (_name, more, field) => {
    const error = await errorOf(await send('hello', more))
    expect(error).toMatchObject({ status: 400, code: 'BAD_REQUEST', reason: 'input_invalid' })
    if (field) expect(error.field).toBe(field)
  })

  test.each([
    ['one with a long name', { ['k'.repeat(60_000)]: 0 }],
    ['fifty', Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${'k'.repeat(1_000)}${n}`, 0]))],
    ['five thousand', Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [n.toString(36), 0]))],
  ])('fields nobody asked for, %s: the answer does not repeat them', async (_name, more) => {
    const response = await send('hello', more)
    const text = await response.clone().text()
    expect(await errorOf(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
    expect(text.length).toBeLessThan(1_000)
  })

  test('a body that is no JSON, too large, or of another type', async () => {
    const post = (body: string, type = 'application/json') =>
      fetch(`${url}/trpc/chat.send`, {
        method: 'POST',
        headers: { 'content-type': type, authorization: bearer(alice) },
        body,
      })
    expect((await post('{"json":')).status).toBe(400)
    expect((await post('hello', 'text/plain')).status).toBe(415)
    expect((await post(JSON.stringify({ json: { content: 'x'.repeat(200_000) } }))).status).toBe(413)
    expect((await fetch(`${url}/trpc/chat.send?input=${encodeURIComponent('{}')}`)).status).toBe(405)
    for (const path of ['nothing', '__proto__', 'then', 'chat', 'constructor.name']) {
      const answer = await fetch(`${url}/trpc/${path}`)
      expect(answer.status, path).toBe(404)
      expect(await answer.text()).not.toContain('node_modules')
    }
  })

  test('an unknown chat and somebody else’s are answered alike', async () => {
    const bob = await signInAs(stack, somebody('bob'))
    const theirs = (await bob.trpc.chat.get.query()).id
    const answers = await Promise.all(
      [theirs, uuidv7()].flatMap((id) => [
        failure(alice.trpc.chat.send.mutate({ chatId: id, id: uuidv7(), content: 'hello' })),
        failure(alice.trpc.chat.history.query({ chatId: id, before: 10 })),
        failure(alice.trpc.chat.markRead.mutate({ chatId: id, upTo: 0 })),
        failure(alice.trpc.chat.setTyping.mutate({ chatId: id, typing: true })),
      ]),
    )
    for (const answer of answers) expect(answer).toMatchObject({ code: 'NOT_FOUND', reason: 'chat_unknown' })
  })
})

describe('P9 identities that are not good open no session', () => {
  const person = people.alice
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  test.each([
    [
      'expired',
      () => signIdentity({ secret: IDENTITY_SECRET, audience: url, person, expiresInSeconds: -60 }),
      'identity_expired',
    ],
    [
      'signed with another secret',
      () => signIdentity({ secret: 'x'.repeat(40), audience: url, person }),
      'identity_invalid',
    ],
    [
      'for another audience',
      () => signIdentity({ secret: IDENTITY_SECRET, audience: 'https://elsewhere.example', person }),
      'identity_invalid',
    ],
    [
      'alg none',
      async () => `${part({ alg: 'none' })}.${part({ sub: 'alice', aud: url, iat: now, exp: now + 600 })}.`,
      'identity_invalid',
    ],
    ['no token at all', async () => 'not.a.jwt', 'identity_invalid'],
  ])('%s', async (_name, make, reason) => {
    const identity = await make()
    expect(await failure(overHttp(url).session.start.mutate({ identity }))).toMatchObject({
      code: 'UNAUTHORIZED',
      reason,
    })
  })

  test('a token in the query of an address counts for nothing', async () => {
    const { credentials } = alice
    const token = credentials && 'token' in credentials ? credentials.token : ''
    const answer = await fetch(`${url}/trpc/chat.get?token=${token}&authorization=Bearer%20${token}`)
    expect(answer.status).toBe(401)
    expect(stack.servers[0]?.output()).not.toContain(token)
  })
})

describe('P9 who may not', () => {
  test('an admin procedure as a user or a stranger, over HTTP and over the socket', async () => {
    expect(await failure(alice.trpc.admin.chats.list.query({}))).toMatchObject({
      code: 'FORBIDDEN',
      httpStatus: 403,
    })
    expect(await failure(overHttp(url).admin.chats.list.query({}))).toMatchObject({ code: 'UNAUTHORIZED' })
    using socket = overSocket(url, alice.credentials)
    expect(await failure(socket.trpc.admin.chats.list.query({}))).toMatchObject({ code: 'FORBIDDEN' })
    expect(await failure(socket.trpc.admin.team.list.query())).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('a subscription without rights', async () => {
    const bob = await signInAs(stack, somebody('bob'))
    using socket = overSocket(url, bob.credentials)
    const refused = (
      subscribe: (done: { onData: () => void; onError: (error: unknown) => void }) => unknown,
    ) =>
      failure(new Promise((resolve, reject) => subscribe({ onData: () => resolve(null), onError: reject })))
    expect(await refused((done) => socket.trpc.chat.onMessage.subscribe({ chatId }, done))).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await refused((done) => socket.trpc.chat.onActivity.subscribe({ chatId }, done))).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await refused((done) => socket.trpc.admin.onUserMessage.subscribe(undefined, done))).toMatchObject(
      {
        code: 'FORBIDDEN',
      },
    )
  })

  test('a foreign origin reaches neither the socket nor HTTP', async () => {
    const origin = 'https://evil.example'
    expect(await handshake({ origin })).toBe(403)
    expect(await handshake({ origin: `${url}.evil.example` })).toBe(403)
    const sam = await logIn(stack)
    const { credentials } = sam
    if (!credentials || !('cookie' in credentials)) throw new Error('Sam has no cookie')
    expect(await handshake({ cookie: credentials.cookie })).toBe(403)
    expect(await handshake({ cookie: credentials.cookie, origin })).toBe(403)
    expect(await handshake({ cookie: credentials.cookie, origin: url })).toBe(101)
    const answer = await fetch(`${url}/trpc/admin.team.list`, {
      headers: { cookie: credentials.cookie, origin },
    })
    expect(answer.status).toBe(403)
  })

  function handshake(headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc`, { headers })
      socket.on('open', () => {
        resolve(101)
        socket.terminate()
      })
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.on('error', () => {})
    })
  }
})

describe('P10 what a stranger may do to the socket', () => {
  const open = (path = '/trpc?connectionParams=1') =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`)
      socket.on('open', () => resolve(socket))
      socket.on('error', reject)
    })
  const closing = (socket: WebSocket) => new Promise<number>((resolve) => socket.on('close', resolve))

  test('a 10 MB frame is refused by its size', async () => {
    const socket = await open()
    socket.on('error', () => {})
    const closed = closing(socket)
    socket.send('x'.repeat(10_000_000))
    expect([1009, 1006]).toContain(await closed)
  })

  test('malformed JSON is answered with an error and leaves the server up', async () => {
    for (const garbage of [
      '{"id":',
      '[null]',
      'null',
      '{"id":1}',
      '\u0000',
      '{"id":1,"method":"query","params":{"path":"__proto__"}}',
    ]) {
      using socket = await openFrameSocket(url, { credentials: alice.credentials })
      socket.send(garbage)
      const { error } = await socket.answer(garbage.startsWith('{"id":1') ? 1 : null)
      expect(error?.json.message, garbage).toEqual(expect.any(String))
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('a socket without a session is closed: at once when none is announced, at the deadline when it does not come', async () => {
    const [silent, stranger] = [await open(), await open('/trpc')]
    const codes = await Promise.all([closing(silent), closing(stranger)])
    expect(codes).toEqual([4408, 4503])
  })

  test('a session that is refused closes the socket, and only then is another session needed', async () => {
    const socket = await open()
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token: 'nobody' } }))
    expect(await closing(socket)).toBe(4503)
  })

  test('P11 a flood of subscriptions is bounded per socket', async () => {
    using socket = overSocket(url, alice.credentials)
    const results = await Promise.all(
      Array.from({ length: 12 }, () =>
        failure(
          new Promise((resolve, reject) =>
            socket.trpc.chat.onMessage.subscribe(
              { chatId, lastEventId: undefined },
              { onData: resolve, onError: reject },
            ),
          ),
        ),
      ),
    )
    const refused = results.filter((result) => result?.reason === 'too_many_subscriptions')
    expect(refused).toHaveLength(4)
  })
})
