import { startProxy, type TcpProxy } from '@acme/local'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { follow, numbers } from '../testing/follower.ts'
import { lockUserOf } from '../testing/locked-user.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { overHttp, overSocket, signInAs, somebody } from '../testing/wire.ts'

/** Of each kind; `STOP_ROUNDS=10` for a thorough look. */
const ROUNDS = Number(process.env.STOP_ROUNDS ?? 1)
const SENDS = 200
/** P12 */
const STOPS_WITHIN_MS = 5_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.[Symbol.asyncDispose]())

/** What happens to the database at the same moment, and how the sockets may be closed then. */
const troubles: Record<string, { cause: (proxy: TcpProxy) => void; closeCodes: number[] }> = {
  'a sound database': { cause: () => {}, closeCodes: [1012] },
  'a database whose connections are cut': {
    cause(proxy) {
      proxy.setMode('refuse')
      proxy.cut()
    },
    closeCodes: [1012, 1006],
  },
  'a database that falls silent': {
    cause: (proxy) => proxy.setMode('blackhole'),
    closeCodes: [1012, 1006],
  },
}

test.each(
  Object.entries(troubles).flatMap(([name, trouble]) =>
    numbers(ROUNDS).map((n) => ({ name, ...trouble, n })),
  ),
)(
  'P12 on SIGTERM, with $name, what is in flight is answered or can be sent again, and it exits with 0 in time ($n)',
  { timeout: 60_000 },
  async ({ cause, closeCodes }) => {
    const address = new URL(stack.databaseUrl)
    await using proxy = await startProxy({ targetPort: Number(address.port) })
    address.port = String(proxy.port)
    await using server = await stack.startServer({ databaseUrl: address.href })
    const carol = await signInAs(stack, somebody('carol'))
    const chat = await carol.trpc.chat.get.query()
    using socket = overSocket(server.url, carol.credentials)
    const follower = follow(socket, chat.id, `${chat.epoch}:0`)
    await follower.synced
    // Half of them over connections that are kept, as a reverse proxy keeps them.
    const http = overHttp(server.url, carol.credentials)

    const acknowledged = new Set<string>()
    const some = Promise.withResolvers<void>()
    const messages = numbers(SENDS).map((n) => ({ chatId: chat.id, id: uuidv7(), content: `${n}`, n }))
    const sends = messages.map(({ n, ...message }) =>
      (n % 2 === 0 ? http : socket.trpc).chat.send.mutate(message).then(
        () => {
          acknowledged.add(message.id)
          if (acknowledged.size === 10) some.resolve()
        },
        () => {},
      ),
    )
    await some.promise
    cause(proxy)
    const begun = performance.now()
    // Twice, as when a terminal and what runs us both pass it on.
    process.kill(server.pid, 'SIGINT')
    const code = await server.stop()
    const ms = performance.now() - begun
    expect({ code, inTime: ms < STOPS_WITHIN_MS }, server.output()).toEqual({ code: 0, inTime: true })
    await Promise.all(sends)
    expect(closeCodes).toContain(await socket.closed)

    // Elsewhere, as a client does: whatever was not acknowledged is sent again under its id.
    for (const { n: _, ...message } of messages.filter(({ id }) => !acknowledged.has(id))) {
      await carol.trpc.chat.send.mutate(message)
    }
    const stored = await storedIn(chat.id)
    expect(stored.map(({ seq }) => seq)).toEqual(numbers(SENDS))
    expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(messages.map(({ id }) => id)))
  },
)

test('P12 a call in flight on a kept connection is answered, and does not hold the end', async () => {
  const server = await stack.startServer()
  const dave = await signInAs(stack, somebody('dave'))
  const kept = overHttp(server.url, dave.credentials)
  const chat = await kept.chat.get.query()
  await using locked = await lockUserOf(stack.databaseUrl, chat.id)
  const call = kept.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'in flight' })
  await locked.waitedFor()
  const stopped = server.stop()
  await expect
    .poll(() =>
      fetch(`${server.url}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .not.toBe(200)
  const begun = performance.now()
  await locked.release()
  expect(await call).toMatchObject({ seq: 1 })
  expect(await stopped).toBe(0)
  expect(performance.now() - begun).toBeLessThan(STOPS_WITHIN_MS)
})

async function storedIn(chatId: string): Promise<{ id: string; seq: number }[]> {
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  const { rows } = await db.query('select id, seq from support_messages where chat_id = $1 order by seq', [
    chatId,
  ])
  await db.end()
  return rows
}
