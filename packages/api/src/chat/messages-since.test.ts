import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range } from '../testing/follow.ts'
import { type ChatSince, readMessagesSince } from './messages-since.ts'

const KILOBYTE = 1024

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatWith(contents: readonly string[]): Promise<string> {
  const user = await f.user()
  const { id: chatId } = await f.as(user).chat.get()
  await Promise.all(contents.map((content) => f.as(user).chat.send({ chatId, id: uuidv7(), content })))
  return chatId
}

function bytesOf(chats: readonly (ChatSince | null)[]): number {
  return Buffer.byteLength(JSON.stringify(chats.map((chat) => chat?.messages)))
}

test.each([
  ['long', '漢'.repeat(4_000), 20],
  ['short', 'x', 400],
])(
  'P11 a page of %s messages weighs no more than 64 KiB and one message',
  async (_length, content, count) => {
    const chatId = await chatWith(range(1, count).map(() => content))
    const page = await readMessagesSince(f.db)({ chatId, after: 0 })
    expect(page?.lastSeq).toBe(count)
    expect(page?.messages.length).toBeLessThan(count)
    expect(bytesOf([page])).toBeLessThan(64 * KILOBYTE + Buffer.byteLength(content) + KILOBYTE)
  },
)

test('P11 what many are given by one statement is bounded together, and each gets something', async () => {
  const chats = await Promise.all(range(1, 20).map(() => chatWith(range(1, 20).map(() => 'x'.repeat(4_000)))))
  const since = readMessagesSince(f.db)
  const pages = await Promise.all(chats.map((chatId) => since({ chatId, after: 0 })))
  expect(Math.min(...pages.map((page) => page?.messages.length ?? 0))).toBeGreaterThan(0)
  expect(bytesOf(pages)).toBeLessThan((256 + 20 * 5) * KILOBYTE)
})
