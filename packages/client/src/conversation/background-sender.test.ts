import { afterEach, beforeEach, expect, test } from 'vitest'
import { Connection } from '../connection/connection.ts'
import { tokenSession } from '../connection/session.ts'
import { type KeyValueStorage, memoryStorage } from '../platform/browser.ts'
import { FakeBrowser } from '../testing/fake-browser.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { BackgroundSender } from './background-sender.ts'
import { Conversation } from './conversation.ts'
import { adminPendingStore, type PendingStore } from './pending-store.ts'

let clock: FakeClock
let server: FakeServer
let storage: KeyValueStorage
let connection: Connection
let pending: PendingStore
let backgroundSender: BackgroundSender
let browser: FakeBrowser

function openPage() {
  const session = tokenSession({ token: 'token', identity: async () => null }, async () => 'token-2', clock)
  browser = new FakeBrowser(storage)
  connection = new Connection({ session, openLink: server.openLink, http: server.http, browser, clock })
  pending = adminPendingStore({ storage, onChange: browser.onStorageChange }, 'ada')
  backgroundSender = new BackgroundSender({ connection, pending, clock })
}
function closePage() {
  backgroundSender.close()
  connection.close()
}
function openChat(): Conversation {
  backgroundSender.takeOver(server.chatId)
  return new Conversation({
    side: 'admin',
    load: server.load,
    connection,
    pending: { ...pending, expectedChatId: server.chatId },
    onClose: () => backgroundSender.resume(server.chatId),
    clock,
  })
}
const stored = () => server.log.map(({ content }) => content)

beforeEach(async () => {
  clock = new FakeClock()
  server = new FakeServer(clock)
  storage = memoryStorage()
  openPage()
  await clock.advance(50)
})
afterEach(closePage)

test('P13 a reply written offline is sent when the network is back, though its writer has turned to another chat', async () => {
  const chat = openChat()
  await clock.advance(50)
  server.network = 'down'
  server.cut()
  chat.send('first')
  chat.send('second')
  chat.close()
  await clock.advance(20_000)
  expect(stored()).toEqual([])
  server.network = 'up'
  await clock.advance(40_000)
  expect(stored()).toEqual(['first', 'second'])
  expect(storage.keys('')).toEqual([])
})

test('P13 what is left is sent after a reload too, once, also when the chat is opened meanwhile', async () => {
  const chat = openChat()
  await clock.advance(50)
  server.network = 'down'
  server.cut()
  chat.send('kept')
  chat.close()
  closePage()
  openPage()
  const again = openChat()
  server.network = 'up'
  await clock.advance(60_000)
  expect(stored()).toEqual(['kept'])
  expect(again.getSnapshot().pending).toEqual([])
  again.close()
  await clock.advance(1_000)
  expect(stored()).toEqual(['kept'])
})

test('P13 an answer that comes after the chat was opened again does not make it forgotten', async () => {
  const chat = openChat()
  await clock.advance(50)
  server.network = 'down'
  server.cut()
  chat.send('on its way')
  chat.close()
  server.network = 'up'
  // Until it is being sent, but not answered yet.
  while (server.sends === 0) await clock.advance(1)
  const again = openChat()
  await clock.advance(5_000)
  expect(stored()).toEqual(['on its way'])
  server.network = 'down'
  server.cut()
  again.send('kept for the next page')
  closePage()
  openPage()
  server.network = 'up'
  await clock.advance(60_000)
  expect(stored()).toEqual(['on its way', 'kept for the next page'])
})

test('leaving a chat with everything sent leaves nothing behind', async () => {
  const chat = openChat()
  chat.send('hello')
  await clock.advance(1_000)
  chat.close()
  expect(storage.keys('')).toEqual([])
})

test('P13 what an earlier version left in a chat is sent', async () => {
  closePage()
  storage.set('acme.outbox.admin.ada', JSON.stringify([server.chatId]))
  const message = { id: '1', content: 'from before', writtenAt: 1, failure: null }
  storage.set(`acme.outbox.admin.ada.${server.chatId}`, JSON.stringify([message]))
  openPage()
  await clock.advance(1_000)
  expect(stored()).toEqual(['from before'])
  expect(storage.keys('')).toEqual([])
})

test('P13 a reply is sent although the answer to the one before it came late, to a sender that was replaced', async () => {
  const chat = openChat()
  await clock.advance(50)
  server.network = 'down'
  server.cut()
  chat.send('first')
  chat.close()
  server.network = 'up'
  while (server.sends === 0) await clock.advance(1)
  // The first is stored, its answer still under way. The agent opens the chat, writes another and leaves at once.
  const again = openChat()
  again.send('second')
  again.close()
  await clock.advance(1)
  server.network = 'down'
  browser.loseNetwork()
  server.cut()
  await clock.advance(20_000)
  server.network = 'up'
  browser.wake()
  await clock.advance(60_000)
  expect(stored()).toEqual(['first', 'second'])
})
