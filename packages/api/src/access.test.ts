import { callTRPCProcedure, TRPCError } from '@trpc/server'
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from './identity/caller.ts'
import { refusalOf } from './procedures.ts'
import { httpContext, rowCounts, socketContext } from './testing/call.ts'
import { type Fixture, fixture } from './testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

type Who = 'anyone' | 'member of the chat or admin' | 'any member' | 'user' | 'admin'
type Chat = { chatId: string }

/** Every procedure there is, who may call it, and an input that is valid. */
const procedures: Record<string, [Who, ((chat: Chat) => unknown)?]> = {
  'session.start': ['anyone'],
  'session.end': ['any member'],
  'chat.get': ['user'],
  'chat.unread': ['user'],
  'chat.history': ['member of the chat or admin', ({ chatId }) => ({ chatId, before: 10 })],
  'chat.send': ['member of the chat or admin', ({ chatId }) => ({ chatId, id: uuidv7(), content: 'hello' })],
  'chat.markRead': ['member of the chat or admin', ({ chatId }) => ({ chatId, upTo: 0 })],
  'chat.setTyping': ['member of the chat or admin', ({ chatId }) => ({ chatId, typing: true })],
  'chat.onMessage': ['member of the chat or admin', ({ chatId }) => ({ chatId })],
  'chat.onActivity': ['member of the chat or admin', ({ chatId }) => ({ chatId })],
  'admin.chats.list': ['admin', () => ({})],
  'admin.chats.get': ['admin', ({ chatId }) => ({ chatId })],
  'admin.chats.view': ['admin', ({ chatId }) => ({ chatId })],
  'admin.chats.archive': ['admin', ({ chatId }) => ({ chatId, upTo: 0 })],
  'admin.chats.unarchive': ['admin', ({ chatId }) => ({ chatId })],
  'admin.onUserMessage': ['admin'],
  'admin.session.logIn': [
    'anyone',
    () => ({ email: 'root@example.com', password: 'a long enough password' }),
  ],
  'admin.session.logOut': ['admin'],
  'admin.session.get': ['admin'],
  'admin.team.list': ['admin'],
  'admin.team.add': [
    'admin',
    () => ({ email: `${uuidv7()}@example.com`, name: 'New', password: 'x'.repeat(12) }),
  ],
  'admin.team.disable': ['admin', () => ({ adminId: spare })],
}
let spare = ''

/** Calls over the transport that it is made for; a subscription is read up to its first event. */
async function codeOf(path: string, caller: Caller, input: unknown): Promise<string> {
  const type = typeOf(path)
  const gone = new AbortController()
  const ctx = type === 'subscription' ? socketContext(caller) : httpContext(caller)
  try {
    const call = { router: f.api.router, path, type, ctx, signal: gone.signal, batchIndex: 0 }
    const result: unknown = await callTRPCProcedure({ ...call, getRawInput: async () => input })
    if (type === 'subscription') await firstEvent(path, result)
    return 'allowed'
  } catch (error) {
    const thrown =
      error instanceof TRPCError ? error : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
    return refusalOf(thrown)?.code ?? thrown.code
  } finally {
    gone.abort()
  }
}

/** Most subscriptions begin by telling the present state; the inbox tells what is new. */
async function firstEvent(path: string, subscription: unknown): Promise<void> {
  if (!isAsyncIterable(subscription)) throw new Error(`${path} cannot be followed`)
  const news = path === 'admin.onUserMessage' ? writeFromSomebodyNew : async () => {}
  const [{ done }] = await Promise.all([subscription[Symbol.asyncIterator]().next(), news()])
  if (done) throw new Error(`${path} has ended without an event`)
}

async function writeFromSomebodyNew(): Promise<void> {
  const user = f.as(await f.user())
  const { id: chatId } = await user.chat.get()
  await user.chat.send({ chatId, id: uuidv7(), content: 'news' })
}

function typeOf(path: string): 'query' | 'mutation' | 'subscription' {
  const procedure: unknown = Reflect.get(f.api.router._def.procedures, path)
  const definition: unknown = typeof procedure === 'function' ? Reflect.get(procedure, '_def') : null
  const type: unknown = typeof definition === 'object' && definition ? Reflect.get(definition, 'type') : null
  if (type === 'query' || type === 'mutation' || type === 'subscription') return type
  throw new Error(`${path} is no procedure`)
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

type Name = 'anonymous' | 'otherUser' | 'owner' | 'admin'
const expected: Record<Who, Record<Name, string>> = {
  anyone: { anonymous: 'allowed', otherUser: 'allowed', owner: 'allowed', admin: 'allowed' },
  'any member': { anonymous: 'UNAUTHORIZED', otherUser: 'allowed', owner: 'allowed', admin: 'allowed' },
  user: { anonymous: 'UNAUTHORIZED', otherUser: 'allowed', owner: 'allowed', admin: 'FORBIDDEN' },
  admin: { anonymous: 'UNAUTHORIZED', otherUser: 'FORBIDDEN', owner: 'FORBIDDEN', admin: 'allowed' },
  'member of the chat or admin': {
    anonymous: 'UNAUTHORIZED',
    otherUser: 'NOT_FOUND',
    owner: 'allowed',
    admin: 'allowed',
  },
}

test('P9 every procedure of the router has its rule in this table', () => {
  expect(Object.keys(f.api.router._def.procedures).toSorted()).toEqual(Object.keys(procedures).toSorted())
})

describe('P9 who may call', () => {
  test.each(Object.keys(procedures))('%s', async (path) => {
    const [who, input = () => undefined] = procedures[path] ?? ['admin']
    const owner = await f.user()
    const { id: chatId } = await f.as(owner).chat.get()
    const admin = await f.admin()
    spare = (await f.admin('Spare')).userId
    await f
      .as(admin)
      .admin.team.add({ email: 'root@example.com', name: 'Root', password: 'a long enough password' })
      .catch(() => {})

    const callers: [Name, Caller][] = [
      ['anonymous', { type: 'anonymous' }],
      ['otherUser', await f.user('Mallory')],
      ['owner', owner],
      ['admin', admin],
    ]
    for (const [name, caller] of callers) {
      const rule = expected[who][name]
      const published: string[] = []
      const stop = f.hub.relay(({ topic }) => published.push(topic))
      const before = await rowCounts(f)
      expect(await codeOf(path, caller, input({ chatId })), name).toBe(rule)
      if (rule !== 'allowed') {
        expect(await rowCounts(f), name).toEqual(before)
        expect(published, name).toEqual([])
      }
      stop()
    }
  })
})

test('P9 somebody else’s chat and one that does not exist are answered alike by everything that takes a chat', async () => {
  const owner = await f.user()
  const { id: chatId } = await f.as(owner).chat.get()
  await f.as(owner).chat.send({ chatId, id: uuidv7(), content: 'secret' })
  const stranger = await f.user('Mallory')
  const taking = Object.entries(procedures).filter(([, [who]]) => who === 'member of the chat or admin')
  expect(taking.length).toBeGreaterThanOrEqual(6)
  for (const [path, [, input]] of taking) {
    const answers = []
    for (const id of [chatId, uuidv7(), uuidv4()])
      answers.push(await codeOf(path, stranger, input?.({ chatId: id })))
    expect(answers, path).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
  }
  for (const name of ['get', 'view', 'archive', 'unarchive']) {
    const path = `admin.chats.${name}`
    const input = procedures[path]?.[1]?.({ chatId: uuidv7() })
    expect(await codeOf(path, await f.admin(), input), path).toBe('NOT_FOUND')
  }
})

test('P9 an ended, expired or made-up session is nobody’s, and a disabled admin’s neither', async () => {
  const { token } = await f.as({ type: 'anonymous' }).session.start()
  const caller = await f.api.callerOf(token)
  expect(caller).toMatchObject({ type: 'user', kind: 'visitor' })
  for (const wrong of ['', token.slice(1), `${token}x`, token.toUpperCase(), '\u0000']) {
    expect(await f.api.callerOf(wrong)).toEqual({ type: 'anonymous' })
  }
  await f.db
    .updateTable('sessions')
    .set({ expiresAt: new Date(Date.now() - 1) })
    .execute()
  expect(await f.api.callerOf(token)).toEqual({ type: 'anonymous' })

  const other = await f.as({ type: 'anonymous' }).session.start()
  await f.as(await f.api.callerOf(other.token)).session.end()
  expect(await f.api.callerOf(other.token)).toEqual({ type: 'anonymous' })
})

test('P9 the sweep ends the connections of sessions whose ending nobody heard of', async () => {
  const { token } = await f.as({ type: 'anonymous' }).session.start()
  const kept = await f.as({ type: 'anonymous' }).session.start()
  const ids = await Promise.all([token, kept.token].map(async (each) => f.api.callerOf(each)))
  const ended: string[] = []
  const stops = ids.flatMap((caller) =>
    caller.type === 'anonymous'
      ? []
      : [f.hub.listen(`session:${caller.sessionId}`, () => ended.push(caller.sessionId))],
  )
  const [first] = ids
  if (first?.type !== 'user') throw new Error('No session')
  await f.db.deleteFrom('sessions').where('id', '=', first.sessionId).execute()
  await f.api.sweep()
  expect(ended).toEqual([first.sessionId])
  for (const stop of stops) stop()
})
