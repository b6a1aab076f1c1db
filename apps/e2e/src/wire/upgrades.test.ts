import { once } from 'node:events'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbers } from '../testing/follower.ts'
import {
  connectTo,
  type FrameSocket,
  openFrameSocket,
  request,
  statusOn,
  upgradeText,
} from '../testing/frames.ts'
import { lockUserOf } from '../testing/locked-user.ts'
import { warningsOf } from '../testing/server-log.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { overSocket, signInAs, somebody } from '../testing/wire.ts'

const UNAUTHENTICATED_PER_ADDRESS = 200
const STRANGERS_AT_ONCE = 300
/** P12 */
const STOPS_WITHIN_MS = 5_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ env: { TRUST_PROXY: 'loopback' } })
})
afterAll(() => stack[Symbol.asyncDispose]())

function firstServer() {
  const [server] = stack.servers
  if (!server) throw new Error('There is no server')
  return server
}

test('P11 connections that are reset in the middle of an upgrade leave the process up and no line in its log', async () => {
  const { port, url } = firstServer()
  const handshake = upgradeText('/trpc?connectionParams=1', { 'X-Forwarded-For': '203.0.113.9' })
  const half = handshake.slice(0, handshake.length / 2)
  /** The server has read what was sent before, and has gone on with it. */
  const read = async () => (await fetch(`${url}/healthz`)).status
  for (const _ of numbers(100)) {
    const peers = await Promise.all(numbers(7).map(() => connectTo(port)))
    const [atOnce, halfWay, nextTurn, answered, elsewhere, awaited, awaitedElsewhere] = peers
    atOnce?.write(handshake, () => atOnce.resetAndDestroy())
    halfWay?.write(half, () => halfWay.resetAndDestroy())
    nextTurn?.write(handshake, () => setImmediate(() => nextTurn.resetAndDestroy()))
    answered?.write(handshake)
    answered?.once('data', () => answered.resetAndDestroy())
    elsewhere?.write(upgradeText('/nowhere'), () => elsewhere.resetAndDestroy())
    awaited?.write(handshake)
    awaitedElsewhere?.write(upgradeText('/nowhere'))
    expect(await read()).toBe(200)
    awaited?.resetAndDestroy()
    awaitedElsewhere?.resetAndDestroy()
    await Promise.all(peers.map((peer) => peer.closed || once(peer, 'close')))
  }
  expect(await read()).toBe(200)
  expect(warningsOf(firstServer())).toEqual([])
})

test.each(['/healthz', '/admin/', '/trpc/chat.get', '/nowhere', '/trpc/', '/metrics'])(
  'P11 an upgrade at %s is answered with 404 and let go, also when the peer keeps its half open',
  async (path) => {
    const peer = await connectTo(firstServer().port, { allowHalfOpen: true })
    const [status, ended] = [statusOn(peer), once(peer, 'end')]
    peer.write(upgradeText(path))
    expect(await status).toBe(404)
    await ended
    // Who is still held could go on writing; who was let go is told so.
    await expect
      .poll(
        () => {
          if (!peer.destroyed) peer.write('anybody there?')
          return peer.destroyed
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBe(true)
  },
)

test('P12 while the server closes an upgrade is answered with 503, its sockets are closed with 1012, and it ends with 0', async () => {
  await using server = await stack.startServer()
  const alice = await signInAs(stack, somebody('alice'), server.url)
  const chat = await alice.trpc.chat.get.query()
  using socket = overSocket(server.url, alice.credentials)
  using idle = await openFrameSocket(server.url)
  const bare = await connectTo(server.port)
  // Many that keep their half open, and are not let hold the end.
  const held = await Promise.all(numbers(20).map(() => connectTo(server.port, { allowHalfOpen: true })))
  // What is in flight holds the closing for as long as it may.
  await using locked = await lockUserOf(stack.databaseUrl, chat.id)
  void socket.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'Held' }).catch(() => {})
  await locked.waitedFor()
  const begun = performance.now()
  const stopped = server.stop()

  const upgrade = async (peer = connectTo(server.port)) => {
    const connection = await peer
    const status = statusOn(connection)
    connection.write(upgradeText('/trpc'))
    const code = await status
    if (code === 101) connection.destroy()
    return code
  }
  await expect.poll(() => upgrade(), { timeout: 5_000, interval: 10 }).toBe(503)
  expect(await upgrade(Promise.resolve(bare))).toBe(503)
  for (const peer of held) peer.write(upgradeText('/trpc'))

  expect(await stopped).toBe(0)
  expect(performance.now() - begun).toBeLessThan(STOPS_WITHIN_MS)
  expect(await socket.closed).toBe(1012)
  expect(await idle.closed).toBe(1012)
  for (const peer of held) peer.destroy()
})

/** Opens sockets that present no session; whether the last one got in, as the status of its handshake. */
async function strangers(
  address: string,
  count: number,
): Promise<{ open: FrameSocket[]; refused: string[] }> {
  const results = await Promise.allSettled(
    numbers(count).map(() =>
      openFrameSocket(firstServer().url, { headers: { 'x-forwarded-for': address }, isHeard: false }),
    ),
  )
  return {
    open: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    refused: results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : [])),
  }
}

test('P11 sockets without a session are limited per address, as trusted proxies tell it; an IPv6 network is one', async () => {
  for (const [address, neighbour, other] of [
    ['198.51.100.1', '198.51.100.1', '198.51.100.2'],
    ['2001:db8:1:1::1', '2001:db8:1:1:ffff::2', '2001:db8:1:2::1'],
  ] as const) {
    const { open, refused } = await strangers(address, UNAUTHENTICATED_PER_ADDRESS + 1)
    expect(refused).toEqual(['429'])
    expect((await strangers(neighbour, 1)).refused).toEqual(['429'])
    const elsewhere = await strangers(other, 1)
    expect(elsewhere.refused).toEqual([])
    // Who is gone counts no longer.
    for (const stranger of [...open, ...elsewhere.open]) stranger[Symbol.dispose]()
    await expect
      .poll(
        async () => {
          const again = await strangers(address, 1)
          for (const stranger of again.open) stranger[Symbol.dispose]()
          return again.refused
        },
        { timeout: 5_000 },
      )
      .toEqual([])
  }
})

test('P11 handshakes that come to no session are limited per address, and nobody else’s', async () => {
  const address = '198.51.100.21'
  const present = async (from: string, token: string) => {
    const socket = await openFrameSocket(firstServer().url, {
      credentials: { token },
      headers: { 'x-forwarded-for': from },
    })
    return socket.closed
  }
  const guesses = { closed: 0, refused: 0 }
  for (let guess = 0; guess < STRANGERS_AT_ONCE * 2 && guesses.refused === 0; guess++) {
    await present(address, `made up ${guess}`).then(
      () => guesses.closed++,
      () => guesses.refused++,
    )
  }
  expect(guesses.closed).toBeGreaterThanOrEqual(STRANGERS_AT_ONCE)
  expect(guesses.refused).toBe(1)
  expect(await present('198.51.100.22', 'made up')).toBe(4503)
})

test('P11 who is authenticated does not count among the strangers of an address', async () => {
  const address = '198.51.100.7'
  const alice = await signInAs(stack, somebody('alice'))
  const sockets = await Promise.all(
    numbers(15).map(() =>
      openFrameSocket(firstServer().url, {
        credentials: alice.credentials,
        headers: { 'x-forwarded-for': address },
      }),
    ),
  )
  for (const socket of sockets) socket.send(request(1, 'query', 'chat.unread', null))
  const answers = await Promise.all(sockets.map((socket) => socket.answer(1)))
  expect(answers.map(({ error }) => error)).toEqual(sockets.map(() => undefined))
  const { open, refused } = await strangers(address, UNAUTHENTICATED_PER_ADDRESS + 1)
  expect(refused).toEqual(['429'])
  for (const socket of [...sockets, ...open]) socket[Symbol.dispose]()
})

test('P11 without TRUST_PROXY an address that somebody makes up counts for nothing', async () => {
  await using server = await stack.startServer({ env: { TRUST_PROXY: '' } })
  const results = await Promise.allSettled(
    numbers(UNAUTHENTICATED_PER_ADDRESS + 1).map((n) =>
      openFrameSocket(server.url, { headers: { 'x-forwarded-for': `203.0.113.${n % 250}` }, isHeard: false }),
    ),
  )
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  for (const result of results) if (result.status === 'fulfilled') result.value[Symbol.dispose]()
})
