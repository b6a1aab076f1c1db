import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillChats } from '../testing/chat-rows.ts'
import { numbers } from '../testing/follower.ts'
import { openFrameSocket, request } from '../testing/frames.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type SignedIn, signInAs, somebody } from '../testing/wire.ts'

const MESSAGES = 3_000

let stack: Stack
let alice: SignedIn
let chat: { id: string; epoch: string }
beforeAll(async () => {
  stack = await startStack()
  alice = await signInAs(stack, somebody('alice'))
  chat = await alice.trpc.chat.get.query()
  await fillChats(stack.databaseUrl, [chat.id], { count: MESSAGES })
})
afterAll(() => stack?.[Symbol.asyncDispose]())

const openSocket = () => openFrameSocket(stack.url, { credentials: alice.credentials })

test('P11 who asks and asks without reading the answers is closed, and nobody else notices', async () => {
  using asker = await openSocket()
  asker.socket.on('error', () => {})
  asker.socket.pause()
  for (const n of numbers(150)) {
    asker.send(request(n, 'query', 'chat.history', { chatId: chat.id, before: MESSAGES, limit: 100 }))
  }
  await alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'Still here?' })
  const cut = () =>
    fetch(`${stack.url}/metrics`)
      .then((answer) => answer.text())
      .then((text) => text.includes('acme_sockets_closed_total{reason="tooSlow"} 1'))
  await expect.poll(cut, { timeout: 60_000 }).toBe(true)
  asker.socket.resume()
  await asker.closed
})

test('P11 who sends frames without end is closed with 4029, and a reconnect is no new allowance', async () => {
  const { credentials } = await signInAs(stack, somebody('bob'))
  using flood = await openFrameSocket(stack.url, { credentials })
  for (const _ of numbers(1_000)) flood.send('PING')
  expect(await flood.closed).toBe(4029)
  using again = await openFrameSocket(stack.url, { credentials })
  for (const _ of numbers(250)) again.send('PING')
  expect(await again.closed).toBe(4029)
})

test('P2 an id in capitals is the same id: its follower hears everything', async () => {
  using socket = await openSocket()
  const heard: string[] = []
  socket.socket.on('message', (data) => {
    const event = JSON.parse(String(data)).result?.data?.json?.data
    if (event) heard.push(event.type === 'new_message' ? event.message.content : event.type)
  })
  socket.send(request(1, 'subscription', 'chat.onMessage', { chatId: chat.id.toUpperCase() }))
  await expect.poll(() => heard, { timeout: 60_000 }).toEqual(['synced'])
  await alice.trpc.chat.send.mutate({ chatId: chat.id.toUpperCase(), id: uuidv7(), content: 'CAPITALS' })
  await expect.poll(() => heard, { timeout: 60_000 }).toEqual(['synced', 'CAPITALS'])
})
