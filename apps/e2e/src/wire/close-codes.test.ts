import { readFile } from 'node:fs/promises'
import { createSupportClient, type SupportClient } from '@acme/client'
import { CLOSE_CODES } from '@acme/client/close-codes'
import { startProxy } from '@acme/local'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbers } from '../testing/follower.ts'
import { openFrameSocket } from '../testing/frames.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { overHttp } from '../testing/wire.ts'

const SOCKETS_PER_PERSON = 20

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

interface Visitor extends Disposable {
  client: SupportClient
  token: string
  /** Every token that the page was told to keep, or to forget (null). */
  kept: (string | null)[]
}

/** A page with the client of the product, whose session is kept from last time. */
function openPage(url: string, token: string): Visitor {
  const kept: (string | null)[] = []
  const client = createSupportClient({
    url,
    session: { token, identity: async () => null, onToken: (next) => kept.push(next) },
  })
  return { client, token, kept, [Symbol.dispose]: () => client.close() }
}

async function newVisitor(url = stack.url): Promise<{ token: string; chatId: string }> {
  const { token } = await overHttp(url).session.start.mutate({})
  return { token, chatId: (await overHttp(url, { token }).chat.get.query()).id }
}

const states = ({ client }: Visitor) => client.connection.getSnapshot().type
const isOnline = (page: Visitor, withinMs = 20_000) =>
  expect.poll(() => states(page), { timeout: withinMs, interval: 20 }).toBe('online')

test('P13 a database that is slow or away while a socket authenticates costs nobody their conversation', {
  timeout: 60_000,
}, async () => {
  const address = new URL(stack.databaseUrl)
  await using proxy = await startProxy({ targetPort: Number(address.port) })
  address.port = String(proxy.port)
  await using server = await stack.startServer({ databaseUrl: address.href })
  const { token, chatId } = await newVisitor(server.url)
  using page = openPage(server.url, token)
  await isOnline(page)

  // Silent, then refusing: sockets are opened meanwhile, and closed for what they were not told in time.
  proxy.setMode('blackhole')
  using probe = await openFrameSocket(server.url, { credentials: { token } })
  expect(await probe.closed).toBe(CLOSE_CODES.unavailable.code)
  proxy.setMode('refuse')
  proxy.cut()
  page.client.connection.retry()
  using again = await openFrameSocket(server.url, { credentials: { token } })
  expect(await again.closed).toBe(CLOSE_CODES.unavailable.code)
  proxy.setMode('pass')
  page.client.connection.retry()
  await isOnline(page)
  expect(page.kept).toEqual([])
  expect(page.client.conversation.getSnapshot().chatId).toBe(chatId)
})

test('P13 a 21st tab is told to come back, keeps its token, and is let in when another one is closed', {
  timeout: 60_000,
}, async () => {
  const { token, chatId } = await newVisitor()
  const tabs = await Promise.all(
    numbers(SOCKETS_PER_PERSON).map(() => openFrameSocket(stack.url, { credentials: { token } })),
  )
  for (const tab of tabs)
    tab.send({ id: 1, method: 'query', params: { path: 'chat.unread', input: { json: null } } })
  await Promise.all(tabs.map((tab) => tab.answer(1)))
  using refused = await openFrameSocket(stack.url, { credentials: { token } })
  expect(await refused.closed).toBe(CLOSE_CODES.tooManySockets.code)

  using page = openPage(stack.url, token)
  await expect.poll(() => states(page), { timeout: 60_000, interval: 5 }).toBe('offline')
  for (const tab of tabs) tab[Symbol.dispose]()
  page.client.connection.retry()
  await isOnline(page)
  expect(page.kept).toEqual([])
  expect(page.client.conversation.getSnapshot().chatId).toBe(chatId)
})

test('P13 in a storm of reconnects after a restart everybody comes back with the token they had', {
  timeout: 90_000,
}, async () => {
  const server = await stack.startServer()
  const visitors = []
  for (const _ of numbers(40)) visitors.push(await newVisitor())
  const pages = visitors.map(({ token }) => openPage(server.url, token))
  await Promise.all(pages.map((page) => isOnline(page)))
  await server.kill()
  await using _restarted = await stack.startServer({ port: server.port })
  for (const page of pages) page.client.connection.retry()
  await Promise.all(pages.map((page) => isOnline(page, 40_000)))
  expect(pages.flatMap(({ kept }) => kept)).toEqual([])
  expect(pages.map(({ client }) => client.conversation.getSnapshot().chatId)).toEqual(
    visitors.map(({ chatId }) => chatId),
  )
  for (const page of pages) page[Symbol.dispose]()
})

test('P13 a session that has ended is the one reason to get another one, and that is done once', {
  timeout: 60_000,
}, async () => {
  const { token, chatId } = await newVisitor()
  using page = openPage(stack.url, token)
  await isOnline(page)
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  await db.query('delete from sessions where user_id = (select user_id from support_chats where id = $1)', [
    chatId,
  ])
  await db.end()
  await expect.poll(() => page.kept.length, { timeout: 60_000 }).toBe(2)
  await isOnline(page)
  expect(page.kept).toEqual([null, expect.any(String)])
  expect(page.kept).not.toContain(token)
})

test('docs/errors.md lists every close code that is sent, and no other', async () => {
  const text = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\| `(\d{4})` +\|/gm)].map(([, code]) => Number(code))
  const { givenUp, ...sent } = CLOSE_CODES
  expect(listed).toEqual(
    Object.values(sent)
      .map(({ code }) => code)
      .toSorted((a, b) => a - b),
  )
  expect(text).not.toContain(`\`${givenUp.code}\``)
})
