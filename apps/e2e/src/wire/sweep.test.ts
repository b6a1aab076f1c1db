import { createSupportClient } from '@acme/client'
import { freePort, people, signIdentity } from '@acme/local'
import { type FreshDatabase, freshDatabase } from '@acme/local/testing'
import { Hub } from '@acme/realtime'
import { type RunningServer, readSettings, startServer } from '@acme/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbers } from '../testing/follower.ts'
import { IDENTITY_SECRET } from '../testing/stack.ts'

/** Whatever is published is lost, in this process and on the way to others. */
class DeafHub extends Hub {
  override publish(): void {}
}

let database: FreshDatabase
let server: RunningServer
let url: string
beforeAll(async () => {
  database = await freshDatabase()
  const port = await freePort()
  url = `http://localhost:${port}`
  const read = readSettings({ PORT: String(port), LOG_LEVEL: 'fatal' })
  if (!read.ok) throw new Error(read.faults.join())
  server = await startServer({
    settings: {
      ...read.settings,
      databaseUrl: database.url,
      smtpUrl: 'smtp://127.0.0.1:1',
      identitySecrets: [IDENTITY_SECRET],
      sessionSecret: 'session secret of the tests, long enough',
    },
    hub: new DeafHub(),
    pages: async () => {},
  })
})
afterAll(async () => {
  await server?.stop()
  await database?.[Symbol.asyncDispose]()
})

test('P2 with every hint dropped, the sweep alone still delivers everything to the client that people use', async () => {
  const open = () =>
    createSupportClient({
      url,
      session: {
        token: null,
        identity: () => signIdentity({ secret: IDENTITY_SECRET, audience: url, person: people.alice }),
      },
    })
  const [desk, phone] = [open(), open()]
  await expect.poll(() => desk.connection.getSnapshot().type, { timeout: 60_000 }).toBe('online')
  await expect.poll(() => phone.connection.getSnapshot().type, { timeout: 60_000 }).toBe('online')
  for (const n of numbers(30)) (n % 2 === 0 ? desk : phone).conversation.send(`${n}`)

  const seqs = (client: typeof desk) => client.conversation.getSnapshot().messages.map(({ seq }) => seq)
  await expect.poll(() => seqs(desk), { timeout: 60_000 }).toEqual(numbers(30))
  await expect.poll(() => seqs(phone), { timeout: 60_000 }).toEqual(numbers(30))
  expect(desk.conversation.getSnapshot().pending).toEqual([])
  expect(desk.conversation.getSnapshot().messages).toEqual(phone.conversation.getSnapshot().messages)
  desk.close()
  phone.close()
})
