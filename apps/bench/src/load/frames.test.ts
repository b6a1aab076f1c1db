import { once } from 'node:events'
import { freePort } from '@acme/local'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { FrameReader, OPCODE } from './frames.ts'
import { type ClientSocket, openSocket } from './socket.ts'

const LENGTHS = [0, 1, 125, 126, 65_535, 65_536]
let server: WebSocketServer
let port = 0

beforeAll(async () => {
  port = await freePort()
  server = new WebSocketServer({ host: '127.0.0.1', port })
  await once(server, 'listening')
})
afterAll(() => server.close())

test('frames are read however the network cuts them', () => {
  const texts = ['', 'a', 'é'.repeat(80), 'x'.repeat(300)]
  const bytes = Buffer.concat(texts.map(serverFrame))
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new FrameReader()
    const read: string[] = []
    for (let at = 0; at < bytes.length; at += size)
      reader.push(bytes.subarray(at, at + size), (_opcode, payload) => read.push(payload.toString()))
    expect(read).toEqual(texts)
  }
})

test('a fragment is an error, not half a message', () => {
  const frame = serverFrame('half')
  frame[0] = OPCODE.text
  expect(() => new FrameReader().push(frame, () => {})).toThrow('fragment')
})

test('texts of every length class reach a server and come back', async () => {
  const { client, peer, texts } = await open()
  peer.on('message', (data) => peer.send(String(data)))
  for (const length of LENGTHS) client.send('y'.repeat(length))
  await expect.poll(() => texts.map(({ length }) => length)).toEqual(LENGTHS)
  await client.close()
})

test('pings are answered', async () => {
  const { client, peer } = await open()
  peer.ping('are you there')
  const [payload] = await once(peer, 'pong')
  expect(String(payload)).toBe('are you there')
  await client.close()
})

test('a close by the server is told with its code, a close by us is not', async () => {
  const closed: string[] = []
  const first = await open((why) => closed.push(why))
  first.peer.close(4029, 'Too many calls')
  await expect.poll(() => closed).toEqual(['4029 Too many calls'])

  const second = await open((why) => closed.push(why))
  const code = once(second.peer, 'close')
  await second.client.close()
  expect((await code)[0]).toBe(1000)
  expect(closed).toHaveLength(1)
})

test('a refused connection rejects', async () => {
  await expect(
    openSocket({ port: 1, path: '/', headers: {}, from: null, onText: () => {}, onClose: () => {} }),
  ).rejects.toThrow('ECONNREFUSED')
})

async function open(
  onClose: (why: string) => void = () => {},
): Promise<{ client: ClientSocket; peer: WebSocket; texts: string[] }> {
  const texts: string[] = []
  const connected = once(server, 'connection')
  const onText = (text: string) => texts.push(text)
  const client = await openSocket({ port, path: '/', headers: {}, from: null, onText, onClose })
  const [peer]: WebSocket[] = await connected
  if (!peer) throw new Error('Nobody connected')
  return { client, peer, texts }
}

/** As RFC 6455 wants it of a server: not masked. */
function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | OPCODE.text, payload.length])
      : Buffer.from([0x80 | OPCODE.text, 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([head, payload])
}
