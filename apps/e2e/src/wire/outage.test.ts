import { startProxy } from '@acme/local'
import { v7 as uuidv7 } from 'uuid'
import { expect, test } from 'vitest'
import { follow, numbers } from '../support/follower.ts'
import { startStack } from '../support/stack.ts'
import { logIn, overSocket, signInAs, somebody } from '../support/wire.ts'

test('P12 an outage of the database is one log line and its end another, and the metric tells it', async () => {
  await using stack = await startStack()
  const address = new URL(stack.databaseUrl)
  await using proxy = await startProxy({ targetPort: Number(address.port) })
  address.port = String(proxy.port)
  await using server = await stack.startServer({ databaseUrl: address.href })
  const metric = async (name: string) => {
    const text = await fetch(`${server.url}/metrics`).then((answer) => answer.text())
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  }
  const lines = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): { msg: string } => JSON.parse(line))

  // Everything that uses the database is at work: followers, the inbox feed, the sweep, the job loop.
  const alice = await signInAs(stack, somebody('alice'), server.url)
  const sam = await logIn(stack, server.url)
  const chat = await alice.trpc.chat.get.query()
  using aliceSocket = overSocket(server.url, alice.credentials)
  using samSocket = overSocket(server.url, sam.credentials)
  samSocket.trpc.admin.onUserMessage.subscribe(undefined, { onError: () => {} })
  const follower = follow(aliceSocket, chat.id, `${chat.epoch}:0`)
  await follower.synced
  expect(await metric('acme_database_up')).toBe(1)
  expect(lines()).toEqual([])

  for (const round of numbers(2)) {
    const faultsBefore = await metric('acme_hint_faults_total')
    proxy.setMode('refuse')
    proxy.cut()
    for (const _ of numbers(20)) {
      const message = { chatId: chat.id, id: uuidv7(), content: 'refused' }
      await expect(alice.trpc.chat.send.mutate(message)).rejects.toMatchObject({
        data: { code: 'SERVICE_UNAVAILABLE' },
      })
    }
    await expect
      .poll(() => metric('acme_hint_faults_total'), { timeout: 20_000 })
      .toBeGreaterThan(faultsBefore + 5)
    expect(await metric('acme_database_up')).toBe(0)
    proxy.setMode('pass')
    await expect.poll(() => metric('acme_database_up'), { timeout: 20_000 }).toBe(1)
    const said = lines().map(({ msg }) => msg)
    expect(said).toEqual(
      numbers(round).flatMap(() => ['the database cannot be reached', 'the database can be reached again']),
    )
  }
  await alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content: 'back' })
  await follower.reached(1)
})
