import { once } from 'node:events'
import { freePort } from '@acme/local'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { Follower } from './follower.ts'
import { Ledger } from './ledger.ts'
import { productDialect } from './product-dialect.ts'

const PERSON = { chatId: 'chat', token: 'token' }
const DIALECT = productDialect({ epoch: 'epoch', publicUrl: 'http://support.example', cookie: '' })

test('a subscription that is told to come back later is made again on the same socket, behind what was seen', async () => {
  const port = await freePort()
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  await once(server, 'listening')
  let sockets = 0
  const asked: { id: number; lastEventId: string }[] = []
  server.on('connection', (socket) => {
    sockets += 1
    socket.on('message', (data) => {
      const { id, params } = JSON.parse(String(data))
      if (params === undefined) return
      asked.push({ id, lastEventId: params.input.json.lastEventId })
      if (asked.length === 1) return socket.send(error(id, { path: 'chat.onMessage', retryAfterMs: 10 }))
      socket.send(event(id, { type: 'new_message', message: { id: 'm', seq: 4 } }))
      socket.send(event(id, { type: 'synced' }))
    })
  })

  const ledger = new Ledger()
  let busy = 0
  const follower = new Follower({
    dialect: DIALECT,
    port,
    person: PERSON,
    from: null,
    after: 3,
    ledger,
    onBusy: () => {
      busy += 1
    },
    onLost: () => {},
  })
  await follower.open()
  ledger.verify()
  expect({ sockets, busy, seen: follower.seen }).toEqual({ sockets: 1, busy: 1, seen: 4 })
  expect(asked.map(({ lastEventId }) => lastEventId)).toEqual(['epoch:3', 'epoch:3'])
  expect(new Set(asked.map(({ id }) => id)).size).toBe(2)
  await follower.close()
  server.close()
})

test('other refusals are faults', () => {
  expect(DIALECT.hear(error(7, { path: 'chat.send', retryAfterMs: 500 })).type).toBe('refused')
  expect(DIALECT.hear(error(7, { path: 'chat.onMessage' })).type).toBe('refused')
  expect(DIALECT.hear(event(7, { type: 'reset' })).type).toBe('refused')
  expect(DIALECT.hear('{"id":null,"method":"reconnect"}').type).toBe('refused')
})

test('an answer to a send, a message and other frames are told apart', () => {
  const stored = JSON.stringify({ id: 1, result: { type: 'data', data: { json: { id: 'm', seq: 2 } } } })
  expect(DIALECT.hear(stored)).toEqual({ type: 'stored', id: 'm', seq: 2 })
  const message = event(1, { type: 'new_message', message: { id: 'm', seq: 2 } })
  expect(DIALECT.hear(message)).toEqual({ type: 'message', id: 'm', seq: 2 })
  expect(DIALECT.hear('{"id":1,"result":{"type":"started"}}')).toEqual({ type: 'other' })
  expect(DIALECT.hear('PING')).toEqual({ type: 'ping' })
})

function error(id: number, data: object): string {
  return JSON.stringify({ id, error: { json: { message: 'no', code: -32603, data } } })
}

/** A tracked event, in superjson's envelope. */
function event(id: number, data: object): string {
  return JSON.stringify({ id, result: { type: 'data', data: { json: { id: 'epoch:1', data } } } })
}
