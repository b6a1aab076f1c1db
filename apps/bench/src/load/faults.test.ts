import { once } from 'node:events'
import { freePort } from '@acme/local'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { bareDialect } from './bare-dialect.ts'
import { createGroup, type Group, joinChats, joinFollowers, leave } from './group.ts'
import { loseConnections } from './storm.ts'
import { closedLoop, openLoop } from './traffic.ts'

/*
 * The ledger is only worth something if it finds what is wrong: the load against a server in memory that does exactly
 * one thing wrong, with the message at which it is to happen.
 */

const WRONG_AT = 5
const BOTH = [
  ['a closed loop', (group: Group) => closedLoop({ group, inFlight: 1, ...SHORT })],
  ['an open loop', (group: Group) => openLoop({ group, perSecond: 200, ...SHORT })],
] as const
const SHORT = { ms: 300, signal: new AbortController().signal }

for (const [loop, run] of BOTH) {
  test(`${loop} passes when nothing is wrong`, async () => {
    await using server = await startServer((message, tell) => tell(message))
    const { messages, latenciesMs } = await run(await chatsOn(server, 3))
    expect(messages).toBeGreaterThan(WRONG_AT)
    // One party sends, the other one's wait counts.
    expect(latenciesMs).toHaveLength(messages)
  })

  test(`${loop} fails on a lost message`, async () => {
    await using server = await startServer((message, tell) => message.seq !== WRONG_AT && tell(message))
    await expect(run(await chatsOn(server, 1))).rejects.toThrow(/lost/)
  })

  test(`${loop} fails on the last message lost`, async () => {
    await using server = await startServer((message, tell) => message.seq < WRONG_AT && tell(message))
    await expect(run(await chatsOn(server, 1))).rejects.toThrow(/lost to 2 of its followers/)
  })

  test(`${loop} fails on a doubled message`, async () => {
    await using server = await startServer((message, tell) => {
      tell(message)
      if (message.seq === WRONG_AT) tell(message)
    })
    await expect(run(await chatsOn(server, 1))).rejects.toThrow(/doubled/)
  })

  test(`${loop} fails on reordered messages`, async () => {
    let held: Message | null = null
    await using server = await startServer((message, tell) => {
      if (message.seq === WRONG_AT) held = message
      else tell(message)
      if (held && message.seq === WRONG_AT + 1) tell(held)
    })
    await expect(run(await chatsOn(server, 1))).rejects.toThrow(/reordered/)
  })

  test(`${loop} fails on a message that its sender knows by another number`, async () => {
    await using server = await startServer((message, tell) =>
      tell(message.seq === WRONG_AT ? { ...message, id: 'another' } : message),
    )
    await expect(run(await chatsOn(server, 1))).rejects.toThrow(/nobody sent it/)
  })
}

test('a storm passes when everybody resumes with what they missed', async () => {
  const comeback = await resume(() => 2)
  expect(comeback.backAt).toHaveLength(FOLLOWERS)
  expect(Math.min(...comeback.tookMs)).toBeGreaterThan(0)
})

test('a storm fails on a missed message that is not resent', async () => {
  await expect(resume(() => 1)).rejects.toThrow(/resumed up to 1 of 2/)
})

test('a storm fails on who does not come back', async () => {
  await expect(resume(() => 'silence')).rejects.toThrow(/3 did not come back/)
})

test('who comes back twice does not stand for somebody who stays away', async () => {
  const resent: Resent[] = []
  const failure = resume((chatId) => {
    if (chatId === 'chat-2') return 'silence'
    if (chatId === 'chat-1') return 2
    resent.push(resent.length === 0 ? 'drop' : 0)
    return resent.at(-1) ?? 0
  })
  await expect(failure).rejects.toThrow(/1 did not come back/)
  expect(resent).toEqual(['drop', 0])
})

const FOLLOWERS = 3

/** Whoever is still connected would come back for ever. */
const joined: Group[] = []
afterEach(async () => {
  for (const group of joined.splice(0)) await leave(group)
})

/** Followers are cut off, miss two messages, and each is resent what `resend` says. */
async function resume(resend: (chatId: string) => Resent) {
  await using server = await startServer(() => {})
  const group = createGroup()
  joined.push(group)
  const people = Array.from({ length: FOLLOWERS }, (_, n) => ({ chatId: `chat-${n}`, token: '' }))
  await joinFollowers(group, { dialect: bareDialect, port: server.port, people, after: 0 })
  server.resend = resend
  const comeback = await loseConnections(group, { cut: true, missed: 2 }, { random: () => 0.1 }).comeBack(
    3_000,
  )
  await leave(group)
  return comeback
}

async function chatsOn({ port }: Server, chats: number): Promise<Group> {
  const group = createGroup({ settleWithinMs: 300 })
  joined.push(group)
  const people = Array.from({ length: chats }, (_, n) => ({ chatId: `chat-${n}`, token: '' }))
  await joinChats(group, { dialect: bareDialect, port, people })
  return group
}

interface Message {
  id: string
  seq: number
}

/** So many messages; both and then the end of the connection; or no answer at all. */
type Resent = number | 'drop' | 'silence'

interface Server extends AsyncDisposable {
  port: number
  resend: (chatId: string) => Resent
}

/** Speaks the hand-written servers' frames. `deliver` decides what the chat's followers are told of a message. */
async function startServer(
  deliver: (message: Message, tell: (message: Message) => void) => unknown,
): Promise<Server> {
  const port = await freePort()
  const sockets = new WebSocketServer({ host: '127.0.0.1', port })
  await once(sockets, 'listening')
  const chats = new Map<string, { seq: number; followers: Set<WebSocket> }>()
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { follow, chatId = follow, id } = JSON.parse(String(data))
      const chat = chats.get(chatId) ?? { seq: 0, followers: new Set() }
      chats.set(chatId, chat)
      if (follow) {
        chat.followers.add(socket)
        const resent = server.resend(chatId)
        if (resent === 'silence') return
        for (let seq = 1; seq <= (resent === 'drop' ? 2 : resent); seq++)
          socket.send(JSON.stringify({ message: { id: `${seq}`, seq } }))
        socket.send('{"following":true}')
        if (resent === 'drop') socket.close(1012)
        return
      }
      chat.seq += 1
      socket.send(JSON.stringify({ stored: id, seq: chat.seq }))
      deliver({ id, seq: chat.seq }, (message) => {
        for (const follower of chat.followers) follower.send(JSON.stringify({ message }))
      })
    }),
  )
  const server: Server = {
    port,
    resend: () => 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await once(sockets, 'close')
    },
  }
  return server
}
