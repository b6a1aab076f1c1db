import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillChats } from '../testing/chat-rows.ts'
import { numbers } from '../testing/follower.ts'
import { type FrameSocket, openFrameSocket, request } from '../testing/frames.ts'
import { honestPair } from '../testing/honest-pair.ts'
import { HAS_PROC, residentBytes } from '../testing/process-memory.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type SignedIn, signInAs, somebody } from '../testing/wire.ts'

const PEOPLE = 10
const SOCKETS_EACH = 20
const MESSAGES = 3_000
const MEGABYTE = 1024 * 1024
/** Garbage included. Unbounded it were 12 MB a socket, 2.4 GB. */
const MOST_GROWTH = 100 * MEGABYTE

let stack: Stack
let people: { person: SignedIn; chatId: string; epoch: string }[]
beforeAll(async () => {
  stack = await startStack()
  people = []
  for (const _ of numbers(PEOPLE)) {
    const person = await signInAs(stack, somebody('deaf'))
    const { id, epoch } = await person.trpc.chat.get.query()
    people.push({ person, chatId: id, epoch })
  }
  await fillChats(
    stack.databaseUrl,
    people.map(({ chatId }) => chatId),
    { count: MESSAGES },
  )
}, 120_000)
afterAll(() => stack[Symbol.asyncDispose]())

interface Deaf {
  socket: FrameSocket
  heard: number[]
}

test.skipIf(!HAS_PROC)(
  'P11 memory grows by less than 100 MiB for 200 sockets over full chats that read nothing, others are answered, and they read on without a gap (needs /proc)',
  { timeout: 120_000 },
  async () => {
    const pid = stack.servers[0]?.pid ?? 0
    using pair = await honestPair(stack)
    await pair.talk(10)
    const before = residentBytes(pid)
    using open = new DisposableStack()
    const deaf: Deaf[] = []
    for (const { person, chatId, epoch } of people) {
      const input = { chatId, lastEventId: `${epoch}:0` }
      deaf.push(...(await Promise.all(numbers(SOCKETS_EACH).map(() => openDeaf(person, input)))))
    }
    for (const { socket } of deaf) open.use(socket)
    let most = 0
    const look = () => {
      most = Math.max(most, residentBytes(pid) - before)
    }
    // Every one has been answered as far as it takes it when the pair's messages have gone round several times.
    for (const _ of numbers(40)) {
      await pair.talk(1)
      look()
    }
    expect(most).toBeLessThan(MOST_GROWTH)
    expect(deaf.flatMap(({ heard }) => heard)).toEqual([])

    // One of each person's: it is sent 12 MB.
    const reading = deaf.filter((_, index) => index % SOCKETS_EACH === 0)
    for (const one of deaf) if (!reading.includes(one)) one.socket[Symbol.dispose]()
    for (const { socket } of reading) socket.socket.resume()
    await expect
      .poll(() => Math.min(...reading.map(({ heard }) => heard.length)), { timeout: 60_000 })
      .toBe(MESSAGES)
    look()
    for (const { heard } of reading) expect(heard).toEqual(numbers(MESSAGES))
    expect(most).toBeLessThan(MOST_GROWTH)
  },
)

/** Subscribes from the beginning of a chat, and reads nothing from when the server has said that it begins. */
async function openDeaf({ credentials }: SignedIn, input: object): Promise<Deaf> {
  const socket = await openFrameSocket(stack.url, { credentials, isHeard: false })
  const heard: number[] = []
  socket.socket.on('message', (data) => {
    if (String(data) === 'PING') return socket.send('PONG')
    const event = JSON.parse(String(data)).result?.data?.json?.data
    if (event?.type === 'new_message') heard.push(event.message.seq)
  })
  socket.socket.pause()
  socket.send(request(1, 'subscription', 'chat.onMessage', input))
  return { socket, heard }
}
