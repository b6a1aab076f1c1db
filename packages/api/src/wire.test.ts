import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import superjson from 'superjson'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from './identity/caller.ts'
import { httpContext, rowCounts } from './testing/call.ts'
import { type Fixture, fixture } from './testing/fixture.ts'

let f: Fixture
let [user, admin]: Caller[] = []
let chatId = ''
beforeAll(async () => {
  f = await fixture()
  const member = await f.user()
  user = member
  admin = await f.admin()
  chatId = (await f.as(member).chat.get()).id
})
afterAll(() => f[Symbol.asyncDispose]())

interface Answer {
  status: number
  body: string
  data: Record<string, unknown>
}

/** A call as it arrives over HTTP and the error as it leaves. */
async function call(
  caller: Caller | undefined,
  path: string,
  input: unknown,
  mutation = true,
): Promise<Answer> {
  const json =
    typeof input === 'string' && input.startsWith('raw:')
      ? input.slice(4)
      : JSON.stringify(superjson.serialize(input))
  const url = `http://test/trpc/${path}`
  const headers = { 'content-type': 'application/json' }
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    req: mutation
      ? new Request(url, { method: 'POST', headers, body: json })
      : new Request(`${url}?input=${encodeURIComponent(json)}`),
    router: f.api.router,
    createContext: () => httpContext(caller ?? { type: 'anonymous' }),
  })
  const body = await response.text()
  return { status: response.status, body, data: dataOf(JSON.parse(body)) }
}

function dataOf(answer: unknown): Record<string, unknown> {
  const found = ['error', 'json', 'data'].reduce<unknown>(
    (value, key) => (typeof value === 'object' && value ? Reflect.get(value, key) : undefined),
    answer,
  )
  return typeof found === 'object' && found ? { ...found } : {}
}

const message = () => ({ chatId, id: uuidv7(), content: 'hello' })

test('P10 an input of another shape is refused with the field it is about, and nothing is stored', async () => {
  const cases: [path: string, input: unknown, field: string | undefined, who?: 'admin'][] = [
    ['chat.send', undefined, undefined],
    ['chat.send', null, undefined],
    ['chat.send', [], undefined],
    ['chat.send', 'text', undefined],
    ['chat.send', {}, 'chatId'],
    ['chat.send', { ...message(), chatId: 'x' }, 'chatId'],
    ['chat.send', { ...message(), chatId: [chatId] }, 'chatId'],
    ['chat.send', { ...message(), chatId: { toString: 'x' } }, 'chatId'],
    ['chat.send', { ...message(), chatId: `${chatId}'; drop table users --` }, 'chatId'],
    ['chat.send', { ...message(), id: '' }, 'id'],
    ['chat.send', { ...message(), id: 1 }, 'id'],
    ['chat.send', { ...message(), content: 1 }, 'content'],
    ['chat.send', { ...message(), content: ['a'] }, 'content'],
    ['chat.send', { ...message(), content: null }, 'content'],
    // What plain JSON has no word for needs superjson's notes, which are not read: the input is refused as a whole.
    ['chat.send', { ...message(), content: new Date() }, 'meta.values'],
    ['chat.send', { ...message(), content: undefined }, 'content'],
    ['chat.send', { ...message(), senderType: 'admin' }, undefined],
    ['chat.markRead', { chatId, upTo: '1' }, 'upTo'],
    ['chat.markRead', { chatId, upTo: 1e308 }, 'upTo'],
    ['chat.markRead', { chatId, upTo: -1 }, 'upTo'],
    ['chat.markRead', { chatId, upTo: 10n }, 'meta.values'],
    ['chat.setTyping', { chatId, typing: 'yes' }, 'typing'],
    ['session.start', { identity: 'x'.repeat(4_097) }, 'identity'],
    ['session.start', { user: 'me' }, undefined],
    ['admin.chats.archive', { chatId, upTo: 2 ** 31 }, 'upTo', 'admin'],
    ['admin.team.add', { email: 'no', name: 'x', password: 'long enough, really' }, 'email', 'admin'],
    [
      'admin.team.add',
      { email: 'a@b.example', name: 'x\r\ny', password: 'long enough, really' },
      'name',
      'admin',
    ],
    ['admin.team.add', { email: 'a@b.example', name: 'x', password: 'short' }, 'password', 'admin'],
    [
      'admin.team.add',
      { email: 'a@b.example', name: 'half \ud83d', password: 'long enough, really' },
      'name',
      'admin',
    ],
    [
      'admin.team.add',
      { email: 'a@b.example', name: 'evil \u202egnp.exe', password: 'long enough, really' },
      'name',
      'admin',
    ],
    ['admin.session.logIn', { email: 'a\u0000b@c.example', password: 'x' }, 'email'],
    ['admin.session.logIn', { email: 'a\ud83d@c.example', password: 'x' }, 'email'],
    ['admin.session.logIn', { email: 'a@b.example', password: { $gt: '' } }, 'password'],
  ]
  const before = await rowCounts(f)
  for (const [path, input, field, who] of cases) {
    const { status, data } = await call(who ? admin : user, path, input)
    const label = `${path} ${superjson.stringify(input).slice(0, 80)}`
    expect({ status, code: data.code, field: data.field }, label).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      field,
    })
  }
  expect(await rowCounts(f)).toEqual(before)
})

test('P10 queries refuse limits and cursors that make no sense', async () => {
  const cases: [path: string, input: unknown, field: string][] = [
    ['chat.history', { chatId, before: 0 }, 'before'],
    ['chat.history', { chatId, before: 2 ** 31 }, 'before'],
    ['chat.history', { chatId, before: Number.MAX_SAFE_INTEGER }, 'before'],
    ['chat.history', { chatId, before: 5, limit: 0 }, 'limit'],
    ['chat.history', { chatId, before: 5, limit: 1e9 }, 'limit'],
    ['admin.chats.list', { limit: 101 }, 'limit'],
    ['admin.chats.list', { limit: 1.5 }, 'limit'],
    ['admin.chats.list', { archived: 'true' }, 'archived'],
    ['admin.chats.list', { search: 'x'.repeat(201) }, 'search'],
    ['admin.chats.list', { cursor: 'x' }, 'cursor'],
    ['admin.chats.list', { cursor: `2026-01-01 00:00:00+00|x` }, 'cursor'],
    ['admin.chats.list', { cursor: `2026-02-31 00:00:00+00|${chatId}` }, 'cursor'],
    ['admin.chats.list', { cursor: `2026-99-99 99:99:99+99|${chatId}` }, 'cursor'],
    ['admin.chats.list', { cursor: `'|${chatId}` }, 'cursor'],
  ]
  for (const [path, input, field] of cases) {
    const { data } = await call(path.startsWith('admin') ? admin : user, path, input, false)
    expect([data.code, data.field], `${path} ${JSON.stringify(input)}`).toEqual(['BAD_REQUEST', field])
  }
})

test('P10 a refused cursor of the inbox says what one looks like, and not what another kind looks like', async () => {
  for (const cursor of ['x', `2026-02-31 00:00:00+00|${chatId}`, `0000-01-01 00:00:00+00|${chatId}`]) {
    const { body, data } = await call(admin, 'admin.chats.list', { cursor }, false)
    expect(data, cursor).toMatchObject({ reason: 'inbox_cursor_invalid', field: 'cursor' })
    expect(body).toContain('nextCursor')
    expect(body).not.toContain('epoch')
  }
})

test('P10 content that is refused names its field and says what to do', async () => {
  const blank = await call(user, 'chat.send', { ...message(), content: '\u200b' })
  expect(blank.data).toMatchObject({ code: 'BAD_REQUEST', reason: 'content_blank', field: 'content' })
  const long = await call(user, 'chat.send', { ...message(), content: 'x'.repeat(4_001) })
  expect(long).toMatchObject({ status: 413, data: { code: 'PAYLOAD_TOO_LARGE', field: 'content' } })
})

test('P10 bodies that are no JSON, and keys that poison prototypes, break nothing', async () => {
  for (const body of ['raw:', 'raw:{', 'raw:[1', 'raw:\u0000', 'raw:"\\ud800"', 'raw:1', 'raw:null']) {
    expect((await call(user, 'chat.send', body)).status, body).toBe(400)
  }
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const poisoned = `raw:{"json":{"${key}":{"polluted":true},"chatId":"${chatId}"},"meta":{"values":{"${key}.polluted":["Date"]}}}`
    expect((await call(user, 'chat.send', poisoned)).data.code, key).not.toBeUndefined()
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('P10 a session is not started by a body of another shape than the client writes', async () => {
  const bodies = ['[]', '[{"identity":"x"}]', '"identity"', '1', 'true', 'null', '{}', '{"identity":"x"}']
  const inputs = ['{"json":[]}', '{"json":"x"}', '{"json":1}', '{"json":null}']
  const before = await rowCounts(f)
  for (const body of [...bodies, ...inputs]) {
    const { status, data } = await call(undefined, 'session.start', `raw:${body}`)
    expect({ status, reason: data.reason }, body).toEqual({ status: 400, reason: 'input_invalid' })
  }
  expect(await rowCounts(f)).toEqual(before)
  for (const body of ['raw:', undefined, {}]) {
    expect((await call(undefined, 'session.start', body)).status, String(body)).toBe(200)
  }
})

test('P10 unknown paths and wrong methods are errors without a stack', async () => {
  for (const path of ['chat', 'chat.nothing', '__proto__', 'then', 'chat.send.call', 'constructor.name']) {
    const { status, body } = await call(user, path, {})
    expect(status, path).toBe(404)
    expect(body).not.toContain('at ')
  }
  expect((await call(user, 'chat.send', message(), false)).status).toBe(405)
})

test('P10 a fault of ours leaves as an id and nothing else', async () => {
  const ghost: Caller = {
    type: 'user',
    kind: 'user',
    userId: uuidv7(),
    sessionId: uuidv7(),
    name: null,
    language: null,
  }
  const { status, body, data } = await call(ghost, 'chat.get', undefined, false)
  expect(status).toBe(500)
  expect(data.errorId).toMatch(/^[0-9a-f-]{36}$/)
  for (const secret of ['foreign key', 'support_chats', 'insert', '.ts', ghost.userId])
    expect(body).not.toContain(secret)
})
