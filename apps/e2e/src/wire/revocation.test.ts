import { setTimeout as sleep } from 'node:timers/promises'
import { createSupportClient } from '@acme/client'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { follow as followChat } from '../testing/follower.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import {
  logIn,
  overHttp,
  overSocket,
  type SignedIn,
  type SocketClient,
  signInAs,
  somebody,
} from '../testing/wire.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ servers: 2 })
})
afterAll(() => stack?.[Symbol.asyncDispose]())

/** A socket that follows the user's chat, and what it heard. */
async function follow(signedIn: SignedIn, url: string) {
  const chat = await signedIn.trpc.chat.get.query()
  const socket = overSocket(url, signedIn.credentials)
  const heard: string[] = []
  let started = () => {}
  const starting = new Promise<void>((resolve) => {
    started = resolve
  })
  socket.trpc.chat.onMessage.subscribe(
    { chatId: chat.id, lastEventId: `${chat.epoch}:${chat.lastSeq}` },
    {
      onData: ({ data }) => {
        if (data.type === 'synced') started()
        if (data.type === 'new_message') heard.push(data.message.content)
      },
      onError: () => {},
    },
  )
  await starting
  return { socket, heard, chatId: chat.id, epoch: chat.epoch }
}

async function closedWithin({ closed }: SocketClient, ms: number): Promise<number | 'open'> {
  return Promise.race([closed, sleep(ms).then(() => 'open' as const)])
}

test('P9 logging out ends the session’s sockets, on every server process, and nothing is told after it', async () => {
  const alice = await signInAs(stack, somebody('alice'))
  const [here, there] = await Promise.all(stack.servers.map(({ url }) => follow(alice, url)))
  if (!here || !there) throw new Error('two servers expected')
  await alice.trpc.session.end.mutate()
  expect(await closedWithin(here.socket, 3_000)).toBe(4503)
  expect(await closedWithin(there.socket, 3_000)).toBe(4503)
  await expect(alice.trpc.chat.get.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } })

  // By the time that somebody else at each process has heard it, the ended ones would have too.
  const sam = await logIn(stack)
  const others = stack.servers.map(({ url }) => overSocket(url, sam.credentials))
  const followers = others.map((socket) => followChat(socket, here.chatId, `${here.epoch}:0`))
  await Promise.all(followers.map(({ synced }) => synced))
  await sam.trpc.chat.send.mutate({ chatId: here.chatId, id: uuidv7(), content: 'a secret' })
  await Promise.all(followers.map(({ reached }) => reached(1)))
  expect([...here.heard, ...there.heard]).toEqual([])
  for (const socket of others) socket[Symbol.dispose]()
  here.socket[Symbol.dispose]()
  there.socket[Symbol.dispose]()
})

test('logging out with a session that has ended begins no other one', async () => {
  const { token } = await overHttp(stack.url).session.start.mutate({})
  await overHttp(stack.url, { token }).session.end.mutate()
  let asked = 0
  const identity = async () => {
    asked += 1
    return null
  }
  const client = createSupportClient({ url: stack.url, session: { token, identity } })
  await client.end()
  expect(asked).toBe(0)
})

test('P9 a session that expires or is deleted by hand ends its sockets within seconds, without any hint', async () => {
  const alice = await signInAs(stack, somebody('alice'))
  const bob = await signInAs(stack, somebody('bob'))
  const url = stack.servers[1]?.url ?? ''
  const [a, b] = [await follow(alice, url), await follow(bob, url)]
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  const owner = `(select user_id from support_chats where id = $1)`
  await db.query(`update sessions set expires_at = now() where user_id = ${owner}`, [a.chatId])
  await db.query(`delete from sessions where user_id = ${owner}`, [b.chatId])
  await db.end()
  expect(await closedWithin(a.socket, 5_000)).toBe(4503)
  expect(await closedWithin(b.socket, 5_000)).toBe(4503)
  a.socket[Symbol.dispose]()
  b.socket[Symbol.dispose]()
})

test('P9 a disabled admin hears nothing more and cannot come back', async () => {
  const sam = await logIn(stack)
  const second = { email: 'kim@support.example', password: 'another long password' }
  const { id } = await sam.trpc.admin.team.add.mutate({ ...second, name: 'Kim' })
  const kim = await logIn(stack, stack.servers[0]?.url, second)
  const socket = overSocket(stack.servers[1]?.url ?? '', kim.credentials)
  socket.trpc.admin.onUserMessage.subscribe(undefined, { onError: () => {} })
  await socket.trpc.admin.session.get.query()

  await sam.trpc.admin.team.disable.mutate({ adminId: id })
  expect(await closedWithin(socket, 3_000)).toBe(4503)
  await expect(kim.trpc.admin.chats.list.query({})).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } })
  await expect(logIn(stack, stack.servers[0]?.url, second)).rejects.toThrow('401')
  socket[Symbol.dispose]()
})

test('a session that is being started when the user leaves is not kept, and is ended', async () => {
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  const count = async () => (await db.query('select count(*)::int as count from sessions')).rows[0]?.count
  const before = await count()
  const kept: (string | null)[] = []
  const identity = Promise.withResolvers<null>()
  const client = createSupportClient({
    url: stack.url,
    session: { token: null, identity: () => identity.promise, onToken: (token) => kept.push(token) },
  })
  const ended = client.end()
  identity.resolve(null)
  await ended
  expect(kept).toEqual([null])
  expect(await count()).toBe(before)
  await db.end()
})
