import { once } from 'node:events'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { startProxy, type TcpProxy } from './proxy.ts'

let echo: Server
let echoed: Socket[]
let proxy: TcpProxy

beforeEach(async () => {
  const port = await freePort()
  echoed = []
  echo = createServer((socket) => {
    echoed.push(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  }).listen(port, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await startProxy({ targetPort: port })
})

afterEach(async () => {
  await proxy.close()
  for (const socket of echoed) socket.destroy()
  echo.close()
})

test('pass carries bytes both ways and counts connections', async () => {
  const client = await connect()
  client.send('hello')
  await client.until('hello')
  expect(proxy.connections).toBe(1)
  client.socket.end()
  await client.closed
  await expect.poll(() => proxy.connections).toBe(0)
})

test('pass carries a megabyte unharmed past a slow reader', async () => {
  const client = await connect()
  const text = 'abcdefgh'.repeat(131_072)
  client.socket.pause()
  client.send(text)
  await sleep(50)
  client.socket.resume()
  await client.until(text)
})

test('cut resets what is connected and takes new connections', async () => {
  const client = await connect()
  client.send('one')
  await client.until('one')
  proxy.cut()
  expect(await client.closed).toBe('ECONNRESET')
  await expect.poll(() => echoed[0]?.destroyed).toBe(true)
  const next = await connect()
  next.send('two')
  await next.until('two')
})

test('blackhole swallows silently, for present and for new connections', async () => {
  const before = await connect()
  before.send('one')
  await before.until('one')
  proxy.setMode('blackhole')
  const during = await connect()
  before.send('lost')
  during.send('lost')
  echoed[0]?.write('lost too')
  await sleep(100)
  expect([before.received(), during.received()]).toEqual(['one', ''])
  expect([before.socket.destroyed, during.socket.destroyed]).toEqual([false, false])
  before.socket.destroy()
  await sleep(50)
  expect(echoed[0]?.destroyed).toBe(false)

  proxy.setMode('pass')
  const after = await connect()
  after.send('two')
  await after.until('two')
  during.send('still lost')
  await sleep(50)
  expect(during.received()).toBe('')
})

test('closing it ends the server’s side of a connection whose reset was swallowed', async () => {
  const client = await connect()
  client.send('one')
  await client.until('one')
  proxy.setMode('blackhole')
  client.socket.resetAndDestroy()
  await expect.poll(() => proxy.connections).toBe(0)
  expect(echoed[0]?.destroyed).toBe(false)
  await proxy.close()
  await expect.poll(() => echoed[0]?.destroyed).toBe(true)
})

test('refuse turns new connections away and leaves present ones', async () => {
  const present = await connect()
  present.send('one')
  await present.until('one')
  proxy.setMode('refuse')
  const turnedAway = await connect()
  expect(await turnedAway.closed).toBe('ECONNRESET')
  present.send('two')
  await present.until('onetwo')
})

test('cutAfterBytes lets exactly that many through, for one connection', async () => {
  proxy.cutAfterBytes('toServer', 4)
  const client = await connect()
  const arrived: Buffer[] = []
  await expect.poll(() => echoed.length).toBe(1)
  echoed[0]?.on('data', (chunk) => arrived.push(chunk))
  client.send('abcdefgh')
  expect(await client.closed).toBe('ECONNRESET')
  await expect.poll(() => Buffer.concat(arrived).toString()).toBe('abcd')

  proxy.cutAfterBytes('toClient', 3)
  const other = await connect()
  other.send('abcdefgh')
  expect(await other.closed).toBe('ECONNRESET')
  expect(other.received()).toBe('abc')

  const third = await connect()
  third.send('whole')
  await third.until('whole')
})

test('a target that is not there ends the connection', async () => {
  await using lonely = await startProxy({ targetPort: await freePort() })
  const client = await connect(lonely.port)
  await client.closed
})

async function connect(port = proxy.port) {
  const socket = dial(port, '127.0.0.1')
  let text = ''
  let fault = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.on('error', (error) => {
    fault = 'code' in error ? String(error.code) : error.message
  })
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(fault)))
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve())
    socket.once('close', () => resolve())
  })
  return {
    socket,
    closed,
    received: () => text,
    send: (sent: string) => void socket.write(sent),
    until: (expected: string) => expect.poll(() => text === expected).toBe(true),
  }
}
