import { startProxy } from '@acme/local'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { follow, numbers } from '../testing/follower.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { overSocket, type SignedIn, signInAs, somebody } from '../testing/wire.ts'

let stack: Stack
let alice: SignedIn
let chat: { id: string; epoch: string }
beforeAll(async () => {
  stack = await startStack()
  alice = await signInAs(stack, somebody('alice'))
  chat = await alice.trpc.chat.get.query()
})
afterAll(() => stack?.[Symbol.asyncDispose]())

const send = (content: string) => alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content })

test('P2 a subscription that is cut at any byte and resumed misses nothing and repeats nothing', async () => {
  const before = 12
  const live = 8
  for (const n of numbers(before)) await send(`before ${n}`)
  await using proxy = await startProxy({ targetPort: stack.servers[0]?.port ?? 0 })
  const url = `http://127.0.0.1:${proxy.port}`
  // From within the handshake to behind the last message that is read from rows, and beyond it.
  const points = numbers(60).map((n) => n * 131)
  let count = before
  for (const [n, bytes] of points.entries()) {
    if (n % 4 === 3) proxy.cutAfterBytes('toServer', 40 + (bytes % 700))
    else proxy.cutAfterBytes('toClient', bytes)
    using socket = overSocket(url, alice.credentials)
    const follower = follow(socket, chat.id, `${chat.epoch}:0`)
    // Some are sent while the connection is being cut and resumed.
    if (n % 6 === 0) for (const k of numbers(live)) await send(`live ${n} ${k}`)
    if (n % 6 === 0) count += live
    await follower.reached(count)
    expect(
      follower.heard.map(({ seq }) => seq),
      `cut after ${bytes} bytes`,
    ).toEqual(numbers(count))
    follower.stop()
  }
})

test('P2 whoever comes back after hours and 3,000 messages gets all of them in order', async () => {
  const bob = await signInAs(stack, somebody('bob'))
  const { id, epoch } = await bob.trpc.chat.get.query()
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  await db.query(
    `with written as (
       insert into support_messages (id, chat_id, seq, content, sender_type, sender_id)
       select gen_random_uuid(), c.id, n, 'message ' || n, 'user', c.user_id
       from support_chats c, generate_series(1, 3000) n where c.id = $1)
     update support_chats set last_seq = 3000, last_user_seq = 3000 where id = $1`,
    [id],
  )
  await db.end()
  using socket = overSocket(stack.url, bob.credentials)
  const follower = follow(socket, id, `${epoch}:2`)
  await follower.reached(2998)
  await follower.synced
  expect(follower.heard.map(({ seq }) => seq)).toEqual(numbers(3000).slice(2))
})

test('P2 a database restored from a backup is noticed: the cursor’s epoch is another, and so is one ahead of the head', async () => {
  const carol = await signInAs(stack, somebody('carol'))
  const { id, epoch } = await carol.trpc.chat.get.query()
  const message = (content: string) => carol.trpc.chat.send.mutate({ chatId: id, id: uuidv7(), content })
  for (const n of numbers(3)) await message(`${n}`)

  using socket = overSocket(stack.url, carol.credentials)
  const [live, ahead] = [follow(socket, id, `${epoch}:3`), follow(socket, id, `${epoch}:99`)]
  await ahead.synced
  expect(ahead.resets).toBe(1)

  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  await db.query('delete from support_messages where chat_id = $1 and seq > 1', [id])
  await db.query('update support_chats set last_seq = 1, last_user_seq = 1 where id = $1', [id])
  await db.query('update installation set epoch = gen_random_uuid()')
  await db.end()
  const deadline = Date.now() + 10_000
  while (live.resets === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(live.resets).toBe(1)

  const again = await carol.trpc.chat.get.query()
  expect(again.epoch).not.toBe(epoch)
  expect(again.lastSeq).toBe(1)
  await message('after the restore')
  await live.reached(1)
  expect(live.heard[0]).toMatchObject({ seq: 2, content: 'after the restore' })
  // A cursor of the lost future is answered at once.
  const late = follow(socket, id, `${epoch}:3`)
  await late.synced
  expect(late.resets).toBe(1)
})
