import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectTo, openFrameSocket } from '../testing/frames.ts'
import { batchOf, HOSTILE_JSON, hostileInputs, LARGEST_BYTES, named } from '../testing/hostile-inputs.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type Credentials, signInAs } from '../testing/wire.ts'

const LONGEST_MS = 10
const TRIES = 30

let stack: Stack
let port: number
let token: string
let chatId: string
beforeAll(async () => {
  stack = await startStack({
    script: fileURLToPath(new URL('../testing/measured-server.ts', import.meta.url)),
  })
  port = stack.servers[0]?.port ?? 0
  const alice = await signInAs(stack)
  const { credentials } = alice
  token = credentials && 'token' in credentials ? credentials.token : ''
  chatId = (await alice.trpc.chat.get.query()).id
})
afterAll(() => stack[Symbol.asyncDispose]())

/**
 * How long the server's event loop was held at most by a task, in milliseconds of CPU. The least of several times, which
 * is what the input itself costs: collections of garbage and what is not compiled yet make single turns longer, not all.
 */
async function longestTurn(task: () => Promise<unknown>): Promise<number> {
  const turns = `http://127.0.0.1:${port}/turns`
  let least = Number.POSITIVE_INFINITY
  for (let n = 0; n < TRIES && least >= LONGEST_MS; n++) {
    await fetch(turns, { method: 'POST' })
    await task()
    const { longestMs } = await (await fetch(turns)).json()
    least = Math.min(least, longestMs)
  }
  return least
}

/** Sends a body, and waits for the end of its answer. */
async function askOverHttp(method: string, path: string, body: string, as: string | null): Promise<void> {
  const peer = await connectTo(port)
  const authorization = as === null ? '' : `Authorization: Bearer ${as}\r\n`
  const head = `Host: localhost\r\nConnection: close\r\n${authorization}`
  const text = Buffer.from(body)
  const closed = once(peer, 'close')
  peer.resume()
  if (method === 'GET') peer.write(`GET /trpc/${path}?input=${body} HTTP/1.1\r\n${head}\r\n`)
  else {
    peer.write(
      `POST /trpc/${path} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n`,
    )
    peer.write(text)
  }
  await closed
}

/** Sends one frame, and waits until the server has turned to the next one, or has closed the socket. */
async function sendFrame(frame: string | Buffer, credentials: Credentials): Promise<void> {
  using socket = await openFrameSocket(`http://127.0.0.1:${port}`, { credentials, isHeard: false })
  const answered = new Promise((resolve) => {
    socket.socket.on('message', (data) => String(data) === 'PONG' && resolve(null))
  })
  socket.send(frame)
  if (socket.socket.readyState === socket.socket.OPEN) socket.socket.send('PING')
  await Promise.race([answered, socket.closed])
}

const rest = () => `"chatId":"${chatId}","id":"${uuidv7()}",`
/** Names only: the texts need the chat's id, which is known later. */
const INPUTS = Object.keys(hostileInputs('content', ''))
const FRAMES: Record<string, () => string | Buffer> = {
  ...Object.fromEntries(
    Object.entries({
      ...named('frame', HOSTILE_JSON, (json) => json),
      ...named('envelope', HOSTILE_JSON, (json) => `{"id":1,"method":"query","params":${json}}`),
      ...named('id', HOSTILE_JSON, (json) => `{"id":${json},"method":"query","params":{"path":"chat.get"}}`),
      ...named(
        'path',
        HOSTILE_JSON,
        (json) => `{"id":1,"method":"query","params":{"path":${json},"input":{"json":0}}}`,
      ),
      ...named(
        'connection parameters',
        HOSTILE_JSON,
        (json) => `{"method":"connectionParams","data":${json}}`,
      ),
      ...named('token', HOSTILE_JSON, (json) => `{"method":"connectionParams","data":{"token":${json}}}`),
      'batch: empty objects': batchOf(() => '{}'),
      'batch: numbers': batchOf(() => '0'),
      'batch: ids alone': batchOf((n) => `{"id":${n}}`),
      'batch: calls': batchOf((n) => `{"id":${n},"method":"query","params":{"path":"a"}}`),
      'batch: stops': batchOf((n) => `{"id":${n},"method":"subscription.stop"}`),
      'batch: a hundred of no method': batchOf((n) => `{"id":${n}}`, 100),
      'batch: a hundred without input': batchOf(
        (n) => `{"id":${n},"method":"query","params":{"path":"a"}}`,
        100,
      ),
      'batch: a hundred of unknown paths': batchOf(
        (n) => `{"id":${n},"method":"query","params":{"path":"${'a.'.repeat(250)}","input":{"json":0}}}`,
        100,
      ),
      // All but a few are turned away, with their path.
      'batch: a hundred subscriptions of different paths': batchOf(
        (n) =>
          `{"id":${n},"method":"subscription","params":{"path":"${`${n}.`.repeat(150)}","input":{"json":0}}}`,
        100,
      ),
      'batch: a hundred with many unknown keys': batchOf(
        (n) =>
          `{"id":${n},"method":"mutation","params":{"path":"chat.send","input":{"json":{${Array.from({ length: 70 }, (_, key) => `"${key.toString(36)}":0`).join()}}}}}`,
        100,
      ),
      'batch: a hundred subscriptions with unknown keys': batchOf(
        (n) =>
          `{"id":${n},"method":"subscription","params":{"path":"chat.onMessage","input":{"json":{${Array.from({ length: 70 }, (_, key) => `"${key.toString(36)}":0`).join()}}}}}`,
        100,
      ),
    }).map(([name, text]) => [name, () => text]),
  ),
  'bad UTF-8': () => Buffer.alloc(LARGEST_BYTES, 0xc3),
  'bad UTF-8 at the end': () => Buffer.concat([Buffer.alloc(LARGEST_BYTES - 1, 'x'), Buffer.from([0xc3])]),
}
for (const name of INPUTS) {
  const input = () => hostileInputs('content', rest())[name] ?? ''
  FRAMES[`chat.send, ${name}`] = () =>
    `{"id":1,"method":"mutation","params":{"path":"chat.send","input":${input()}}}`
  FRAMES[`chat.onMessage, ${name}`] = () =>
    `{"id":1,"method":"subscription","params":{"path":"chat.onMessage","lastEventId":"a:0","input":${input()}}}`
}

describe('P11 no 64 KiB hold the event loop for 10 ms', () => {
  test.each(['with a session', 'without one'])('as frames, %s', { timeout: 240_000 }, async (who) => {
    const stalls: Record<string, number> = {}
    for (const [name, frame] of Object.entries(FRAMES)) {
      const text = frame()
      expect(text.length, name).toBeLessThanOrEqual(LARGEST_BYTES)
      const task = () => sendFrame(text, who === 'with a session' ? { token } : null)
      stalls[name] = await longestTurn(task)
    }
    expect(tooLong(stalls)).toEqual({})
  })

  test.each(['with a session', 'without one'])('as bodies, %s', { timeout: 240_000 }, async (who) => {
    const stalls: Record<string, number> = {}
    const as = who === 'with a session' ? token : null
    for (const [path, field] of [
      ['chat.send', 'content'],
      ['session.start', 'identity'],
      ['admin.session.logIn', 'email'],
      ['nothing', 'at-all'],
    ] as const) {
      for (const name of INPUTS) {
        const body = hostileInputs(field, path === 'chat.send' ? rest() : '')[name] ?? ''
        const task = () => askOverHttp('POST', path, body, as)
        stalls[`${path}, ${name}`] = await longestTurn(task)
      }
    }
    const bad = Buffer.alloc(LARGEST_BYTES, 0xc3).toString('latin1')
    stalls['bad UTF-8'] = await longestTurn(() => askOverHttp('POST', 'chat.send', bad, as))
    expect(tooLong(stalls)).toEqual({})
  })

  test('as inputs in an address, which are 16 KiB at most', { timeout: 120_000 }, async () => {
    const stalls: Record<string, number> = {}
    for (const name of INPUTS) {
      const text = hostileInputs('chatId', '')[name] ?? ''
      const escaped = encodeURIComponent(text.slice(0, 5_000))
      const task = () => askOverHttp('GET', 'chat.history', escaped.slice(0, 15_000), token)
      stalls[name] = await longestTurn(task)
    }
    expect(tooLong(stalls)).toEqual({})
  })
})

/** Those that held it too long, and for how long. */
function tooLong(stalls: Record<string, number>): Record<string, number> {
  const entries = Object.entries(stalls)
  return Object.fromEntries(entries.filter(([, ms]) => ms >= LONGEST_MS))
}
