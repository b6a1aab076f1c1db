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
/** How many of the sockets read on: each is sent 12 MB. */
const READ_ON = 10
const MEGABYTE = 1024 * 1024
/** What is held for them, once what was used up on the way is collected. */
const MOST_HELD = 100 * MEGABYTE
/**
 * With the garbage of what went through first: some 3 MB a socket fit into the buffers of the system before anything
 * has to wait, and the heap does not shrink at once. Without back-pressure it were 12 MB a socket, 2.4 GB.
 */
const MOST_RESIDENT = 400 * MEGABYTE

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
  'P11 200 sockets over full chats that read nothing hold less than 100 MiB, others are answered, and they read on without a gap (needs /proc)',
  { timeout: 120_000 },
  async () => {
    const pid = stack.servers[0]?.pid ?? 0
    using pair = await honestPair(stack)
    await pair.talk(10)
    const [before, liveBefore] = [residentBytes(pid), await liveBytes()]
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
    expect(most).toBeLessThan(MOST_RESIDENT)
    const held = async () => (await liveBytes()) - liveBefore
    await expect.poll(held, { timeout: 30_000, interval: 250 }).toBeLessThan(MOST_HELD)
    expect(deaf.flatMap(({ heard }) => heard)).toEqual([])

    const [reading, others] = [deaf.slice(0, READ_ON), deaf.slice(READ_ON)]
    for (const { socket } of others) socket[Symbol.dispose]()
    for (const { socket } of reading) socket.socket.resume()
    await expect
      .poll(() => Math.min(...reading.map(({ heard }) => heard.length)), { timeout: 60_000 })
      .toBe(MESSAGES)
    look()
    for (const { heard } of reading) expect(heard).toEqual(numbers(MESSAGES))
    expect(most).toBeLessThan(MOST_RESIDENT)
  },
)

/** The server's heap in use and its buffers, in bytes. */
async function liveBytes(): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text()
  const values = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]),
  )
  return values.reduce((sum, value) => sum + value, 0)
}

/** Subscribes from the beginning of a chat, and reads nothing from when the server has said that it begins. */
async function openDeaf({ credentials }: SignedIn, input: object): Promise<Deaf> {
  const socket = await openFrameSocket(stack.url, { credentials, isHeard: false })
  const heard: number[] = []
  socket.socket.on('message', (data) => {
    // A sign of life is asked for where the test takes its time.
    if (String(data) === 'PING') return
    const event = JSON.parse(String(data)).result?.data?.json?.data
    if (event?.type === 'new_message') heard.push(event.message.seq)
  })
  socket.socket.pause()
  socket.send(request(1, 'subscription', 'chat.onMessage', input))
  return { socket, heard }
}
