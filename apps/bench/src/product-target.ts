import { people, signIdentity } from '@acme/local'
import superjson from 'superjson'
import { z } from 'zod'
import { Answers, makeMany, openSocket, type Pair, type Target } from './target.ts'

export interface ProductTargetOptions {
  pid: number
  port: number
  identitySecret: string
  chats: number
}

/** The product, spoken to in tRPC's own frames, so that no client library is measured on one side only. */
export async function productTarget(options: ProductTargetOptions): Promise<Target> {
  const { pid, port, identitySecret: secret, chats } = options
  const url = `http://localhost:${port}`
  const pairs = await makeMany(chats, async (n) => {
    const person = { ...people.alice, externalId: `user-${n}` }
    const identity = await signIdentity({ secret, audience: url, person })
    const { token = '' } = await call(url, 'session.start', 'POST', { identity })
    const { id: chatId = '', epoch } = await call(url, 'chat.get', 'GET', undefined, token)
    return openPair(port, token, chatId, `${epoch}:0`)
  })
  return { name: 'ours', pid, pairs }
}

/** The same user twice: one socket sends, the other follows. */
async function openPair(port: number, token: string, chatId: string, lastEventId: string): Promise<Pair> {
  const [sender, follower] = await Promise.all([openAs(port, token), openAs(port, token)])
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
  const synced = answers.wait('synced')
  follower.on('message', (data) => {
    const text = String(data)
    if (text === 'PING') return follower.send('PONG')
    const { result, error } = JSON.parse(text)
    if (error) throw new Error(text)
    const event = result?.data?.json?.data
    if (event?.type === 'new_message') seen(event.message.id)
    else if (event?.type === 'synced') answers.came('synced')
  })
  const frame = (method: string, id: number, path: string, input: object) =>
    JSON.stringify({ id, method, params: { path, input: { json: input } } })
  follower.send(frame('subscription', 1, 'chat.onMessage', { chatId, lastEventId }))
  await synced
  return {
    send: (id, content) => {
      const call = ++calls
      const stored = answers.wait(call)
      sender.send(frame('mutation', call, 'chat.send', { chatId, id, content }))
      return stored
    },
    onSeen: (listener) => {
      seen = listener
    },
  }
}

async function openAs(port: number, token: string) {
  const socket = await openSocket(`ws://127.0.0.1:${port}/trpc?connectionParams=1`)
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
