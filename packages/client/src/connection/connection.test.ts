import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WatchedConnection } from '../testing/watched-connection.ts'

let watched: WatchedConnection

beforeEach(async () => {
  watched = new WatchedConnection()
  await watched.clock.advance(0)
})
afterEach(() => watched.connection.close())

describe('what is shown', () => {
  test('P13 is online only when every consumer has said that it has everything', async () => {
    const synced = [watched.addConsumer(), watched.addConsumer()]
    watched.last.events.onOpen()
    synced[0]?.say(true)
    expect(watched.shown.type).toBe('connecting')
    synced[1]?.say(true)
    expect(watched.shown).toEqual({ type: 'online' })
  })

  test('P13 a consumer that catches up on a healthy socket has a second before the dot shows it', async () => {
    const first = watched.addConsumer()
    watched.last.events.onOpen()
    first.say(true)
    const second = watched.addConsumer()
    await watched.clock.advance(999)
    expect(watched.shown.type).toBe('online')
    await watched.clock.advance(1)
    expect(watched.shown.type).toBe('connecting')
    second.say(true)
    expect(watched.states).toEqual(['connecting', 'online', 'connecting', 'online'])
  })

  test('P13 an ended socket is shown at once, with the time of the next attempt', async () => {
    watched.last.events.onOpen()
    watched.last.events.onEnd(1006)
    expect(watched.shown).toEqual({ type: 'offline', retryAt: new Date(watched.clock.now() + 1_000) })
    await watched.clock.advance(1_000)
    expect(watched.links).toHaveLength(2)
    expect(watched.shown.type).toBe('connecting')
  })

  test('what an abandoned socket still says is not heard', async () => {
    const [old] = watched.links
    old?.events.onEnd(1006)
    await watched.untilNextLink()
    watched.last.events.onOpen()
    old?.events.onEnd(4503)
    old?.events.onOpen()
    old?.events.onUnauthorized()
    expect(watched.shown.type).toBe('online')
    expect(watched.starts).toEqual([])
  })

  test('consumers are started once per socket and stopped once with it', async () => {
    const consumer = watched.addConsumer()
    watched.last.events.onOpen()
    watched.last.events.onEnd(1006)
    await watched.untilNextLink()
    watched.last.events.onOpen()
    expect(consumer.log).toEqual(['start', 'stop', 'start'])
    consumer.leave()
    expect(consumer.log).toEqual(['start', 'stop', 'start', 'stop'])
  })
})
