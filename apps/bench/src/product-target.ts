import { people, signIdentity } from '@acme/local'
import superjson from 'superjson'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { startChild } from './child.ts'
import { Answers, type Pair, type Target } from './target.ts'

const SECRET = 'the identity secret of the benchmark'

/** The product, spoken to in tRPC's own frames, so that no client library is measured on one side only. */
export async function productTarget(databaseUrl: string, port: number, chats: number): Promise<Target> {
  const url = `http://localhost:${port}`
  const child = await startChild('product-server.ts', {
    DATABASE_URL: databaseUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    PORT: String(port),
    IDENTITY_SECRETS: SECRET,
    SESSION_SECRET: 'the session secret of the benchmark',
    ROLE: 'web',
    LOG_LEVEL: 'error',
  })
  const pairs: Pair[] = []
  const sockets: WebSocket[] = []
  for (let n = 0; n < chats; n++) {
    const identity = await signIdentity({
      secret: SECRET,
      audience: url,
      person: { ...people.alice, externalId: `user-${n}` },
    })
    const { token = '' } = await call(url, 'session.start', 'POST', { identity })
    const { id: chatId = '', epoch } = await call(url, 'chat.get', 'GET', undefined, token)
    const [sender, follower] = [await open(port, token), await open(port, token)]
    sockets.push(sender, follower)
    pairs.push(pairOf(sender, follower, chatId, `${epoch}:0`))
  }
  return {
    name: 'ours',
    pid: child.pid,
    pairs,
    close: async () => {
      for (const socket of sockets) socket.terminate()
      await child.stop()
    },
  }
}

function pairOf(sender: WebSocket, follower: WebSocket, chatId: string, lastEventId: string): Pair {
  const answers = new Answers()
  let seen = (_id: string) => {}
  let calls = 0
  sender.on('message', (data) => {
    const text = String(data)
    if (text === 'PING') return sender.send('PONG')
    const { id, error } = JSON.parse(text)
    if (error) throw new Error(text)
    answers.came(id)
  })
  follower.on('message', (data) => {
    const text = String(data)
    if (text === 'PING') return follower.send('PONG')
    const event = JSON.parse(text).result?.data?.json?.data
    if (event?.type === 'new_message') seen(event.message.id)
  })
  const frame = (method: string, id: number, path: string, input: object) =>
    JSON.stringify({ id, method, params: { path, input: { json: input } } })
  follower.send(frame('subscription', 1, 'chat.onMessage', { chatId, lastEventId }))
  return {
    send: (id, content) => {
      const call = ++calls
      sender.send(frame('mutation', call, 'chat.send', { chatId, id, content }))
      return answers.wait(call)
    },
    onSeen: (listener) => {
      seen = listener
    },
  }
}

async function open(port: number, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc?connectionParams=1`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }))
  return socket
}

async function call(url: string, path: string, method: 'GET' | 'POST', input?: object, token?: string) {
  const response = await fetch(`${url}/trpc/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(input && { body: JSON.stringify(superjson.serialize(input)) }),
  })
  const answer = z
    .object({ result: z.object({ data: z.object({ json: z.record(z.string(), z.unknown()) }) }) })
    .parse(await response.json())
  return z
    .record(z.string(), z.string())
    .parse(
      Object.fromEntries(
        Object.entries(answer.result.data.json).filter(([, value]) => typeof value === 'string'),
      ),
    )
}
