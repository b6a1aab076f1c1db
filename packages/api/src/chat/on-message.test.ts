import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { range, readMessages } from '../testing/follow.ts'
import { HubOfAnotherProcess } from '../testing/hubs.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatWith(fixture: Fixture, count: number) {
  const user = await fixture.user()
  const { id: chatId, epoch } = await fixture.as(user).chat.get()
  const send = (n: number) => fixture.as(user).chat.send({ chatId, id: uuidv7(), content: `message ${n}` })
  for (let n = 1; n <= count; n++) await send(n)
  return { user, chatId, epoch, send }
}

describe('following a chat', () => {
  test('P2 from every cursor come exactly the messages after it, then word that this was all', async () => {
    const { user, chatId, epoch } = await chatWith(f, 12)
    for (let seq = 0; seq <= 12; seq++) {
      await using reading = readMessages(f, user, { chatId, lastEventId: `${epoch}:${seq}` })
      await reading.until((events) => events.at(-1)?.event.type === 'synced')
      expect(reading.seqs()).toEqual(range(seq + 1, 12))
      expect(reading.events.at(-1)).toEqual({
        cursor: `${epoch}:12`,
        event: { type: 'synced', epoch, lastSeq: 12 },
      })
    }
  })

  test('P2 every event’s own cursor resumes right behind it', async () => {
    const { user, chatId, epoch } = await chatWith(f, 8)
    await using first = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
    await first.untilSeq(8)
    for (const { cursor, event } of first.events) {
      await using again = readMessages(f, user, { chatId, lastEventId: cursor })
      await again.until((events) => events.at(-1)?.event.type === 'synced')
      expect(again.seqs()).toEqual(range(event.type === 'new_message' ? event.message.seq + 1 : 9, 8))
    }
  })

  test('without a cursor only what comes from now on is told', async () => {
    const { user, chatId, send } = await chatWith(f, 5)
    await using reading = readMessages(f, user, { chatId })
    await reading.until((events) => events.length > 0)
    const sent = await send(6)
    await reading.untilSeq(6)
    expect(reading.events.map(({ event }) => event)).toEqual([
      expect.objectContaining({ type: 'synced', lastSeq: 5 }),
      { type: 'new_message', message: sent },
    ])
  })

  test('P2 a backlog of many pages comes complete and in order', async () => {
    const { user, chatId, epoch } = await chatWith(f, 0)
    await Promise.all(
      range(1, 1_000).map((n) => f.as(user).chat.send({ chatId, id: uuidv7(), content: String(n) })),
    )
    await using reading = readMessages(f, user, { chatId, lastEventId: `${epoch}:0` })
    await reading.until((events) => events.at(-1)?.event.type === 'synced')
    expect(reading.seqs()).toEqual(range(1, 1_000))
  })

  test('P10 a cursor of another shape is refused, and who has no access learns nothing of its shape', async () => {
    const { user, chatId, epoch } = await chatWith(f, 1)
    const bad = [
      '',
      'x',
      epoch,
      `${epoch}:`,
      `${epoch}:-1`,
      `${epoch}:01`,
      `${epoch}:1e3`,
      `${epoch}:99999999999`,
    ]
    for (const lastEventId of [...bad, `${epoch}:NaN`, `:1`, `${epoch}:1\n`, ` ${epoch}:1`]) {
      const { ended } = readMessages(f, user, { chatId, lastEventId })
      await expect(ended, lastEventId).rejects.toMatchObject({
        reason: 'cursor_invalid',
        code: 'BAD_REQUEST',
      })
    }
    const { ended } = readMessages(f, user, { chatId, lastEventId: 'x'.repeat(200) })
    await expect(ended).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect(f.hub.topics('chat:')).toEqual([])
  })

  test('P11 a follower that goes leaves no listener behind, also one that goes at once', async () => {
    const { user, chatId, epoch, send } = await chatWith(f, 3)
    const readings = range(1, 20).map((n) =>
      readMessages(f, user, { chatId, ...(n % 2 && { lastEventId: `${epoch}:0` }) }),
    )
    await Promise.all(readings.slice(10).map((reading) => reading.untilSeq(3)))
    await Promise.all([...readings.map((reading) => reading.stop()), send(4)])
    expect(f.hub.topics('chat:')).toEqual([])
  })
})

describe.each([
  ['in the same process', () => undefined],
  ['in another process', () => new HubOfAnotherProcess()],
])('P2 following while others write %s', (_, hub) => {
  test('misses nothing and repeats nothing, wherever one starts, with no sweep to help', async () => {
    const own = hub()
    await using f = await fixture(own ? { hub: own } : {})
    for (let round = 0; round < 12; round++) {
      const { user, chatId, epoch, send } = await chatWith(f, round % 3)
      const admin = await f.admin()
      const start = round % 3
      let stored = start
      const writers = range(1, 4).map(async (writer) => {
        for (const n of range(1, 15)) {
          const message = { chatId, id: uuidv7(), content: `${writer}.${n}` }
          const sent = writer % 2 ? await f.as(admin).chat.send(message) : await send(n)
          stored = Math.max(stored, sent.seq)
        }
      })
      const readings: { from: number; reading: ReturnType<typeof readMessages> }[] = []
      const followers = range(1, 12).map(async () => {
        const wanted = start + Math.floor(Math.random() * 60)
        while (stored < wanted) await new Promise(setImmediate)
        const from = Math.floor(Math.random() * (stored + 1))
        readings.push({ from, reading: readMessages(f, user, { chatId, lastEventId: `${epoch}:${from}` }) })
      })
      await Promise.all([...writers, ...followers])
      expect(stored).toBe(start + 60)
      for (const { from, reading } of readings) {
        await reading.untilSeq(stored)
        expect(reading.seqs()).toEqual(range(from + 1, stored))
        await reading.stop()
      }
    }
  })

  test('misses nothing when it starts at the very moment of a message', async () => {
    const own = hub()
    await using f = await fixture(own ? { hub: own } : {})
    const { user, chatId, epoch, send } = await chatWith(f, 0)
    for (let seq = 1; seq <= 150; seq++) {
      const reading = readMessages(f, user, { chatId, lastEventId: `${epoch}:${seq - 1}` })
      for (let ticks = Math.random() * 8; ticks > 0; ticks--) await new Promise(setImmediate)
      await send(seq)
      await reading.untilSeq(seq)
      expect(reading.seqs()).toEqual([seq])
      await reading.stop()
    }
  })
})
