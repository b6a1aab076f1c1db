import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { SharedStorage } from '../testing/shared-storage.ts'
import { openTab, type Tab } from '../testing/tab.ts'

let clock: FakeClock
let server: FakeServer
let storage: SharedStorage
let one: Tab
let other: Tab

beforeEach(async () => {
  clock = new FakeClock()
  server = new FakeServer(clock)
  storage = new SharedStorage(clock)
  one = openTab(server, clock, storage)
  other = openTab(server, clock, storage)
  await clock.advance(100)
})
afterEach(() => {
  one.close()
  other.close()
})

const stored = () => server.log.map(({ content }) => content)
const seen = ({ conversation }: Tab) => {
  const { messages, pending } = conversation.getSnapshot()
  return [
    ...messages.map(({ content }) => content),
    ...pending.map(({ content, state }) => `${content} ${state}`),
  ]
}
function goOffline() {
  server.network = 'down'
  server.cut()
}
async function goOnline() {
  server.network = 'up'
  for (const tab of [one, other]) tab.browser.wake()
  await clock.advance(20_000)
}

describe('two open tabs', () => {
  test('P13 what was written offline in a tab that is closed meanwhile is shown and sent by the open one, in order', async () => {
    goOffline()
    one.conversation.send('first')
    one.conversation.send('second')
    await clock.advance(100)
    expect(seen(other)).toEqual(['first waiting', 'second waiting'])
    one.close()
    await goOnline()
    expect(stored()).toEqual(['first', 'second'])
    expect(seen(other)).toEqual(['first', 'second'])
    expect(storage.open().storage.keys('')).toEqual([])
  })

  test('P13 what both write in the same moment is both kept', async () => {
    goOffline()
    one.conversation.send('from one')
    other.conversation.send('from the other')
    await clock.advance(100)
    one.close()
    other.close()
    one = openTab(server, clock, storage)
    await goOnline()
    expect(stored()).toEqual(['from one', 'from the other'])
  })

  test('P13 what was written before there was a session is sent also after another tab got one', async () => {
    one.close()
    other.close()
    server = new FakeServer(clock)
    goOffline()
    one = openTab(server, clock, storage)
    one.conversation.send('early')
    one.close()
    other = openTab(server, clock, storage, server.chatId)
    await goOnline()
    expect(stored()).toEqual(['early'])
  })

  test('a message is sent by the tab it was written in, and the other one does not send it too', async () => {
    goOffline()
    one.conversation.send('hello')
    await clock.advance(100)
    await goOnline()
    one.conversation.send('again')
    await clock.advance(20_000)
    expect({ stored: stored(), sends: server.sends }).toEqual({ stored: ['hello', 'again'], sends: 2 })
  })

  test('a message is in sight in the other tab from when it was written, never twice', async () => {
    const pictures: string[][] = []
    other.conversation.subscribe(() => pictures.push(seen(other)))
    goOffline()
    one.conversation.send('hello')
    await clock.advance(100)
    await goOnline()
    const from = pictures.findIndex((picture) => picture.length > 0)
    expect(pictures[from]).toEqual(['hello waiting'])
    for (const picture of pictures.slice(from)) expect(picture).toHaveLength(1)
    expect(pictures.at(-1)).toEqual(['hello'])
  })

  test('a message whose event is faster than its way through storage is not shown as pending once more', async () => {
    one.conversation.send('fast')
    for (let ms = 0; ms < 30; ms++) {
      await clock.advance(1)
      expect(seen(other).length).toBeLessThanOrEqual(1)
    }
    expect(seen(other)).toEqual(['fast'])
  })

  test('what one tab discards the other one neither shows nor sends', async () => {
    goOffline()
    const id = one.conversation.send('never mind')
    await clock.advance(100)
    other.conversation.discard(id)
    await clock.advance(100)
    expect(seen(one)).toEqual([])
    await goOnline()
    expect(stored()).toEqual([])
  })

  test('a message the server refused in one tab is shown as failed in the other, and can be given up there', async () => {
    const id = one.conversation.send('refuse me')
    await clock.advance(1_000)
    expect(seen(other)).toEqual(['refuse me failed'])
    other.conversation.discard(id)
    await clock.advance(100)
    expect(seen(one)).toEqual([])
  })
})
