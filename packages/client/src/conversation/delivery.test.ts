import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { SharedStorage } from '../testing/shared-storage.ts'
import { openTab, type Tab } from '../testing/tab.ts'

let clock: FakeClock
let server: FakeServer
let storage: SharedStorage
let tab: Tab

beforeEach(async () => {
  clock = new FakeClock()
  server = new FakeServer(clock)
  storage = new SharedStorage(clock)
  tab = openTab(server, clock, storage)
  await clock.advance(10)
})

afterEach(() => tab.close())

const show = () => tab.conversation.getSnapshot()
const shown = () => show().messages.map(({ content }) => content)
const pending = () => show().pending.map(({ content, state }) => `${content} ${state}`)

describe('receiving', () => {
  test('P4 a lost event on a healthy socket is noticed with the next one, and a hole is never shown', async () => {
    server.eventFaults.push('drop')
    server.write('a', 'lost', 'admin')
    server.write('b', 'after', 'admin')
    await clock.advance(900)
    expect(shown()).toEqual([])
    await clock.advance(200)
    expect(shown()).toEqual(['lost', 'after'])
    expect(server.loads).toBe(1)
  })

  test('P2 ten thousand messages missed overnight arrive in order, without loading the chat again', async () => {
    server.network = 'down'
    server.cut()
    await clock.advance(36_000_000)
    for (let n = 1; n <= 10_000; n++) server.write(`m${n}`, `${n}`, 'admin')
    server.network = 'up'
    let paints = 0
    tab.conversation.subscribe(() => {
      paints += 1
    })
    tab.browser.wake()
    await clock.advance(100)
    expect(shown()).toHaveLength(10_000)
    expect(show().messages.every(({ seq }, at) => seq === at + 1)).toBe(true)
    expect(show()).toMatchObject({ unreadCount: 10_000, connection: { type: 'online' } })
    expect(paints).toBeLessThan(20)
    expect(server.loads).toBe(1)
  })

  test('P2 a restored database leads to a reload, and what was not sent yet is kept', async () => {
    server.write('a', 'kept', 'admin')
    server.write('b', 'lost by the restore', 'admin')
    await clock.advance(10)
    server.sendFaults.push('busy')
    tab.conversation.send('still to go')
    server.restore(1)
    await clock.advance(5_000)
    expect(shown()).toEqual(['kept', 'still to go'])
    expect(show().phase).toBe('ready')
  })

  test('P2 where sockets are blocked, messages come and go over HTTP', async () => {
    server.network = 'sockets-blocked'
    server.cut()
    await clock.advance(5_000)
    server.write('a', 'question', 'admin')
    await clock.advance(16_000)
    expect(shown()).toEqual(['question'])
    tab.conversation.send('answer')
    await clock.advance(100)
    expect(shown()).toEqual(['question', 'answer'])
    expect(show().connection.type).not.toBe('online')
  })

  test('each message of the other side is announced once, also when it comes twice', async () => {
    const heard: string[] = []
    tab.conversation.onIncoming(({ content }) => heard.push(content))
    server.eventFaults.push('duplicate')
    server.write('a', 'hi', 'admin')
    tab.conversation.send('mine')
    await clock.advance(10)
    server.cut()
    await clock.advance(1_000)
    expect(heard).toEqual(['hi'])
  })

  test('earlier pages join in front, also when they are asked for without a connection', async () => {
    for (let n = 1; n <= 65; n++) server.write(`m${n}`, `${n}`, 'admin')
    tab.close()
    tab = openTab(server, clock, storage)
    await clock.advance(10)
    expect(show()).toMatchObject({ hasEarlier: true })
    server.cut()
    tab.conversation.loadEarlier()
    expect(show().loadingEarlier).toBe(true)
    await clock.advance(2_000)
    expect(show()).toMatchObject({ hasEarlier: true, loadingEarlier: false })
    tab.conversation.loadEarlier()
    await clock.advance(10)
    expect(shown()).toEqual(Array.from({ length: 65 }, (_, n) => `${n + 1}`))
    expect(show().hasEarlier).toBe(false)
  })
})

describe('sending', () => {
  test('P13 what is typed offline waits, survives a reload, and is sent once in order of writing', async () => {
    server.network = 'down'
    server.cut()
    tab.conversation.send('one')
    tab.conversation.send('two')
    await clock.advance(30_000)
    expect(pending()).toEqual(['one waiting', 'two waiting'])
    tab.close()
    tab = openTab(server, clock, storage)
    server.network = 'up'
    await clock.advance(20_000)
    expect(server.log.map(({ content }) => content)).toEqual(['one', 'two'])
    expect(pending()).toEqual([])
  })

  test('P3 an answer that is lost is asked for again under the same id, and makes one message', async () => {
    server.eventFaults.push('drop')
    server.sendFaults.push('answer-lost')
    tab.conversation.send('once')
    await clock.advance(7_900)
    expect(pending()).toEqual(['once sending'])
    await clock.advance(200)
    expect(shown()).toEqual(['once'])
    expect({ sends: server.sends, log: server.log.length }).toEqual({ sends: 2, log: 1 })
  })

  test('P13 a message seen behind a gap that a restore swallows is sent again, not left behind', async () => {
    server.eventFaults.push('drop')
    server.sendFaults.push('answer-lost')
    server.write('a', 'lost', 'admin')
    tab.conversation.send('mine')
    await clock.advance(10)
    expect({ shown: shown(), pending: pending() }).toEqual({ shown: [], pending: ['mine sending'] })
    server.restore(0)
    await clock.advance(5_000)
    expect({ shown: shown(), pending: pending() }).toEqual({ shown: ['mine'], pending: [] })
  })

  test('a refused message fails with the reason and lets the next go on', async () => {
    tab.conversation.send('refuse me')
    tab.conversation.send('fine')
    await clock.advance(20)
    expect(show().pending).toMatchObject([
      { state: 'failed', failure: { message: 'This is no message.', retryable: false } },
    ])
    expect(shown()).toEqual(['fine'])
    tab.conversation.discard(show().pending[0]?.id ?? '')
    expect(pending()).toEqual([])
  })

  test('too many requests wait for as long as the server says', async () => {
    server.sendFaults.push('busy')
    tab.conversation.send('patient')
    await clock.advance(690)
    expect(pending()).toEqual(['patient waiting'])
    await clock.advance(30)
    expect(shown()).toEqual(['patient'])
  })

  test('a message the server keeps failing at fails in the end, can be tried again, and blocks nothing', async () => {
    server.sendFaults.push('broken', 'broken', 'broken', 'broken', 'broken')
    const id = tab.conversation.send('unlucky')
    tab.conversation.send('next')
    await clock.advance(60_000)
    expect(shown()).toEqual(['next'])
    expect(pending()).toEqual(['unlucky failed'])
    tab.conversation.retry(id)
    await clock.advance(10)
    expect(shown()).toEqual(['next', 'unlucky'])
  })

  test('a text that would cost the socket never reaches it', async () => {
    tab.conversation.send('x'.repeat(60_000))
    await clock.advance(10)
    expect({ pending: show().pending.map(({ state }) => state), sends: server.sends }).toEqual({
      pending: ['failed'],
      sends: 0,
    })
  })
})

describe('reading', () => {
  test('P6 a message that comes while we mark the one before stays unread', async () => {
    server.write('a', 'one', 'admin')
    await clock.advance(10)
    tab.conversation.markRead()
    server.write('b', 'two', 'admin')
    await clock.advance(1_000)
    expect(server.userReadSeq).toBe(1)
    expect(show().unreadCount).toBe(1)
  })

  test('P6 marks are coalesced, never move back, and never pass what is shown', async () => {
    for (let n = 1; n <= 20; n++) {
      server.write(`m${n}`, `${n}`, 'admin')
      await clock.advance(10)
      tab.conversation.markRead()
      tab.conversation.markRead(1)
    }
    tab.conversation.markRead(1_000)
    await clock.advance(1_000)
    expect(server.marks).toEqual([1, 20])
    expect(show().unreadCount).toBe(0)
  })

  test('P6 a mark made offline reaches the server with the next connection', async () => {
    server.write('a', 'one', 'admin')
    await clock.advance(10)
    server.network = 'down'
    server.cut()
    tab.conversation.markRead()
    expect(show().unreadCount).toBe(0)
    await clock.advance(5_000)
    server.network = 'up'
    await clock.advance(20_000)
    expect(server.userReadSeq).toBe(1)
  })

  test('P6 what is unread on earlier pages alone counts until the end was seen', async () => {
    for (let n = 1; n <= 2; n++) server.write(`admin-${n}`, `${n}`, 'admin')
    for (let n = 1; n <= 12; n++) server.write(`user-${n}`, `${n}`, 'user')
    const other = openTab(server, clock, new SharedStorage(clock))
    await clock.advance(10)
    const shown = () => other.conversation.getSnapshot()
    expect(shown()).toMatchObject({ phase: 'ready', unreadCount: 2 })
    expect(shown().messages.every(({ senderType }) => senderType === 'user')).toBe(true)
    other.conversation.markRead()
    expect(shown().unreadCount).toBe(0)
    server.write('admin-3', '3', 'admin')
    await clock.advance(1_000)
    expect({ unread: shown().unreadCount, mark: server.userReadSeq }).toEqual({ unread: 1, mark: 14 })
    other.close()
  })

  test('P6 what is read in another tab is read here', async () => {
    const other = openTab(server, clock, storage)
    server.write('a', 'one', 'admin')
    await clock.advance(10)
    other.conversation.markRead()
    await clock.advance(10)
    expect(show().unreadCount).toBe(0)
    other.close()
  })
})
