import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { numbers } from '../support/follower.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type SignedIn, signInAs, somebody } from '../support/wire.ts'

const MESSAGES = 3_000
const MEGABYTE = 1024 * 1024

let stack: Stack
let alice: SignedIn
let chat: { id: string; epoch: string }
beforeAll(async () => {
  stack = await startStack()
  alice = await signInAs(stack, somebody('alice'))
  chat = await alice.trpc.chat.get.query()
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  await db.query(
    `with written as (
       insert into support_messages (id, chat_id, seq, content, sender_type, sender_id)
       select gen_random_uuid(), c.id, n, repeat('x', 4000), 'user', c.user_id
       from support_chats c, generate_series(1, ${MESSAGES}) n where c.id = $1)
     update support_chats set last_seq = ${MESSAGES}, last_user_seq = ${MESSAGES} where id = $1`,
    [chat.id],
  )
  await db.end()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** A socket that is through the door and speaks tRPC's frames by hand. */
async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/trpc?connectionParams=1`)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.send(JSON.stringify({ method: 'connectionParams', data: alice.credentials }))
  return socket
}

const call = (id: number, method: string, path: string, input: object) =>
  JSON.stringify({ id, method, params: { path, input: { json: input } } })

/** Memory of the server process, in bytes (proc(5)); null on systems without it. */
function memory(): number | null {
  try {
    const status = readFileSync(`/proc/${stack.servers[0]?.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
  } catch {
    return null
  }
}

test('P11 a follower that stops reading costs the server no memory, and gets everything when it reads on', async () => {
  const socket = await openSocket()
  const seqs: number[] = []
  socket.on('message', (data) => {
    const event = JSON.parse(String(data)).result?.data?.json?.data
    if (event?.type === 'new_message') seqs.push(event.message.seq)
  })
  socket.pause()
  const before = memory()
  socket.send(call(1, 'subscription', 'chat.onMessage', { chatId: chat.id, lastEventId: `${chat.epoch}:0` }))
  await sleep(1_500)
  const after = memory()
  if (before !== null && after !== null) expect(after - before).toBeLessThan(40 * MEGABYTE)
  expect(seqs).toEqual([])

  socket.resume()
  await expect.poll(() => seqs.length, { timeout: 15_000 }).toBe(MESSAGES)
  expect(seqs).toEqual(numbers(MESSAGES))
  socket.terminate()
})

test('P11 who asks and asks without reading the answers is cut, and nobody else notices', async () => {
  const socket = await openSocket()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  socket.pause()
  for (const n of numbers(150)) {
    socket.send(call(n, 'query', 'chat.history', { chatId: chat.id, before: MESSAGES, limit: 100 }))
  }
  await sleep(500)
  const begun = Date.now()
  await alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'Still here?' })
  expect(Date.now() - begun).toBeLessThan(5_000)
  socket.resume()
  await closed
  expect((await fetch(`${stack.url}/metrics`).then((answer) => answer.text())).toString()).toContain(
    'acme_sockets_closed_total{reason="tooSlow"} 1',
  )
})

test('P11 who sends frames without end is shown out', async () => {
  const socket = await openSocket()
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  for (const _ of numbers(1_000)) socket.send('PING')
  expect(await closed).toBe(4029)
})

test('P11 a refused upgrade is let go, also when the other side keeps its half open', async () => {
  const port = stack.servers[0]?.port ?? 0
  const peers = numbers(20).map(() => {
    const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    peer.on('error', () => {})
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
    peer.write(
      `GET /nowhere HTTP/1.1\r\nHost: x\r\n${upgrade}\r\nSec-WebSocket-Key: ${'a'.repeat(22)}==\r\n\r\n`,
    )
    peer.resume()
    return peer
  })
  await sleep(1_500)
  // Who is still held can go on writing; who was let go is told so.
  await expect
    .poll(
      () => {
        for (const peer of peers) if (!peer.destroyed) peer.write('anybody there?')
        return peers.filter(({ destroyed }) => !destroyed).length
      },
      { timeout: 5_000, interval: 100 },
    )
    .toBe(0)
})

test('P2 an id in capitals is the same id: its follower hears everything', async () => {
  const socket = await openSocket()
  const heard: string[] = []
  socket.on('message', (data) => {
    const event = JSON.parse(String(data)).result?.data?.json?.data
    if (event) heard.push(event.type === 'new_message' ? event.message.content : event.type)
  })
  socket.send(call(1, 'subscription', 'chat.onMessage', { chatId: chat.id.toUpperCase() }))
  await expect.poll(() => heard, { timeout: 5_000 }).toEqual(['synced'])
  await alice.trpc.chat.send.mutate({ chatId: chat.id.toUpperCase(), id: uuidv7(), content: 'CAPITALS' })
  await expect.poll(() => heard, { timeout: 1_500 }).toEqual(['synced', 'CAPITALS'])
  socket.terminate()
})
