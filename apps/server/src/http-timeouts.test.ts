import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApp } from './app.ts'
import { HTTP_TIMEOUTS } from './http-timeouts.ts'
import { readSettings } from './settings.ts'

const PEERS = 50
const TIMEOUTS = { headersMs: 600, requestMs: 900, stalledMs: 1_200, idleMs: 2_500 }
const LARGE = 'x'.repeat(8 * 1024 * 1024)

let app: FastifyInstance
let port: number
const peers: Socket[] = []
beforeEach(async () => {
  const read = readSettings({ LOG_LEVEL: 'fatal' })
  if (!read.ok) throw new Error(read.faults.join())
  app = await createApp(read.settings, TIMEOUTS)
  app.post('/body', async () => 'read')
  app.get('/large', async () => LARGE)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.destroy()
  app.server.closeAllConnections()
  await app.close()
})

/** Connections that say this and then nothing; each resolves when the server has let go of it. */
function openPeers(said: string, { reads = true } = {}): Promise<unknown>[] {
  return Array.from({ length: PEERS }, async () => {
    const peer = connect({ port, host: '127.0.0.1' })
    peers.push(peer)
    peer.on('error', () => {})
    if (said !== '') peer.write(said)
    if (reads) {
      peer.resume()
      // Not `once` of node:events: it rejects when the end is a reset.
      await new Promise((resolve) => peer.once('close', resolve))
    }
  })
}

const openConnections = () =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
const HEAD = 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

test('P11 a peer that sends nothing is let go', async () => {
  await Promise.all(openPeers(''))
})

test('P11 headers that do not end are given up', async () => {
  await Promise.all(openPeers('GET /large HTTP/1.1\r\nHost: x\r\nX-Slow: '))
})

test('P11 a body that does not come is given up', async () => {
  await Promise.all(openPeers(`${HEAD}Content-Length: 60000\r\n\r\n{"slow":"`))
})

test('P11 a body that comes a byte at a time is given up, however long it goes on', async () => {
  const closed = openPeers(`${HEAD}Content-Length: 60000\r\n\r\n`)
  const drip = setInterval(() => {
    for (const peer of peers) if (peer.writable) peer.write('x')
  }, 50)
  await Promise.all(closed).finally(() => clearInterval(drip))
})

test('P11 a connection between two requests is closed after its idle time', async () => {
  const begun = performance.now()
  await Promise.all(openPeers(`${HEAD}Content-Length: 2\r\n\r\n{}`))
  // None of the other limits holds for it.
  expect(performance.now() - begun).toBeGreaterThan(TIMEOUTS.idleMs)
})

test('P11 an answer that nobody reads is let go with its memory', async () => {
  const asked = new Promise<void>((resolve) => {
    let count = 0
    app.server.on('request', () => ++count === PEERS && resolve())
  })
  await Promise.all(openPeers('GET /large HTTP/1.1\r\nHost: x\r\n\r\n', { reads: false }))
  await asked
  await expect.poll(openConnections, { timeout: 10_000 }).toBe(0)
})

test('every time-out of the product is set, and a kept connection outlives that of a proxy', () => {
  for (const ms of Object.values(HTTP_TIMEOUTS)) expect(ms).toBeGreaterThan(0)
  expect(HTTP_TIMEOUTS.idleMs).toBeGreaterThan(60_000)
})
