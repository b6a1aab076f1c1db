import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, migrate } from '@acme/db'
import { type Postgres, type ServerProcess, startPostgres } from '@acme/local'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { follow, numbers } from '../testing/follower.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { overSocket, signInAs, somebody } from '../testing/wire.ts'

/** The servers come and go on other ports; identities are for this origin. */
const PUBLIC_URL = 'http://localhost:3000'

let folder: string
let postgres: Postgres
let stack: Stack
let server: ServerProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-crash-'))
  await chmod(folder, 0o755)
  // One of its own: this one is killed.
  postgres = await startPostgres({ dataDir: join(folder, 'postgres') })
  await postgres.createDatabase('crash')
  const db = connect({ url: postgres.urlOf('crash') })
  await migrate(db)
  await db.destroy()
  stack = await startStack({ databaseUrl: postgres.urlOf('crash'), servers: 0, env: { PUBLIC_URL } })
})
// Whatever a test has killed, also one that failed, is there again for the next one.
beforeEach(async () => {
  await postgres.start()
  server = await stack.startServer()
})
afterEach(() => server?.kill())
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]()
  await postgres?.stop('immediate')
  await rm(folder, { recursive: true, force: true })
})

const codeOf = (error: { data?: { code?: string } }) => error.data?.code

async function storedIds(chatId: string): Promise<{ id: string; seq: number }[]> {
  const db = new pg.Client({ connectionString: postgres.urlOf('crash') })
  await db.connect()
  const { rows } = await db.query('select id, seq from support_messages where chat_id = $1 order by seq', [
    chatId,
  ])
  await db.end()
  return rows
}

/** Acknowledged before each kill, so that there is something to lose. */
const ACKNOWLEDGED = 25

test('P1 what was acknowledged is there after SIGKILL of server and database, once and without a gap', async () => {
  const alice = await signInAs(stack, somebody('alice'), server.url)
  const chat = await alice.trpc.chat.get.query()
  const acknowledged = new Set<string>()
  const unanswered = new Map<string, string>()

  for (const round of numbers(2)) {
    const enough = Promise.withResolvers<void>()
    const before = acknowledged.size
    const writers = numbers(8).map(async (writer) => {
      // Until the first one that is not answered.
      for (let n = 1, answered = true; answered; n++) {
        const message = { chatId: chat.id, id: uuidv7(), content: `${round}.${writer}.${n}` }
        unanswered.set(message.id, message.content)
        await alice.trpc.chat.send.mutate(message).then(
          () => {
            acknowledged.add(message.id)
            unanswered.delete(message.id)
            if (acknowledged.size - before >= ACKNOWLEDGED) enough.resolve()
          },
          () => {
            answered = false
          },
        )
      }
    })
    await enough.promise
    await Promise.all([...(round === 1 ? [server.kill()] : []), postgres.kill()])
    await Promise.all(writers)
    await postgres.start()
    if (round === 1) server = await stack.startServer({ port: server.port })
  }

  const after = await storedIds(chat.id)
  const ids = after.map(({ id }) => id)
  expect(ids.filter((id) => acknowledged.has(id))).toHaveLength(acknowledged.size)
  expect(after.map(({ seq }) => seq)).toEqual(numbers(after.length))

  // What was never answered is sent again under the same id: stored before or not, it is there once.
  for (const [id, content] of unanswered) {
    // As a client does that is told to wait, and while the server finds its database again.
    await expect
      .poll(() => alice.trpc.chat.send.mutate({ chatId: chat.id, id, content }).then(() => 'sent', codeOf), {
        timeout: 60_000,
        interval: 100,
      })
      .toBe('sent')
  }
  const whole = await storedIds(chat.id)
  expect(new Set(whole.map(({ id }) => id)).size).toBe(acknowledged.size + unanswered.size)
  expect(whole.map(({ seq }) => seq)).toEqual(numbers(whole.length))
})

test('P2 followers get everything when the database restarts, and the server stays up meanwhile', async () => {
  const bob = await signInAs(stack, somebody('bob'), server.url)
  const chat = await bob.trpc.chat.get.query()
  using socket = overSocket(server.url, bob.credentials)
  const follower = follow(socket, chat.id, `${chat.epoch}:0`)
  await follower.synced
  const send = (content: string) => bob.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content })
  await send('before')
  await postgres.stop('immediate')
  await expect(send('meanwhile')).rejects.toMatchObject({
    data: { code: 'SERVICE_UNAVAILABLE', reason: 'unavailable' },
  })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  await postgres.start()
  await expect
    .poll(
      () =>
        send('after').then(
          () => true,
          () => false,
        ),
      { timeout: 60_000 },
    )
    .toBe(true)
  await follower.reached(2)
  expect(follower.heard.map(({ seq }) => seq)).toEqual([1, 2])
})
