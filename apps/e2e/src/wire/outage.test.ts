import { startProxy, type TcpProxy } from '@acme/local'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { expect, test } from 'vitest'
import { follow, numbers } from '../testing/follower.ts'
import { startStack } from '../testing/stack.ts'
import { logIn, overSocket, signInAs, somebody } from '../testing/wire.ts'

const OUTAGE = ['the database cannot be reached', 'the database can be reached again']

interface Round {
  begin: (proxy: TcpProxy) => void
  /** Tried while it lasts. */
  sends: number
  /** Failed attempts to listen for hints. */
  hintFaults: number
  /** What may be said besides. */
  besides: string[]
}

const gone: Round = {
  begin(proxy) {
    proxy.setMode('refuse')
    proxy.cut()
  },
  sends: 20,
  hintFaults: 5,
  besides: [],
}
const silent: Round = {
  begin: (proxy) => proxy.setMode('blackhole'),
  // Each takes as long as a statement may, until somebody has noticed.
  sends: 3,
  hintFaults: 0,
  // What Postgres still had of it is ended by its time-out, when everything works again.
  besides: ['the database refuses for now'],
}

test('P12 an outage of the database is one log line and its end another, and the metric tells it', async () => {
  await using stack = await startStack({ servers: 0, env: { PUBLIC_URL: 'http://localhost:3000' } })
  const address = new URL(stack.databaseUrl)
  await using proxy = await startProxy({ targetPort: Number(address.port) })
  address.port = String(proxy.port)
  await using server = await stack.startServer({ databaseUrl: address.href })
  const metric = async (name: string) => {
    const text = await fetch(`${server.url}/metrics`).then((answer) => answer.text())
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  }

  // Everything that uses the database is at work: followers, the inbox feed, the sweep, the job loop.
  const alice = await signInAs(stack, somebody('alice'), server.url)
  const sam = await logIn(stack, server.url)
  const chat = await alice.trpc.chat.get.query()
  using aliceSocket = overSocket(server.url, alice.credentials)
  using samSocket = overSocket(server.url, sam.credentials)
  samSocket.trpc.admin.onUserMessage.subscribe(undefined, { onError: () => {} })
  const follower = follow(aliceSocket, chat.id, `${chat.epoch}:0`)
  await follower.synced
  const send = (content: string) => alice.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content })
  expect(await metric('acme_database_up')).toBe(1)
  const startText = server.output()
  expect(startText).not.toContain('{"level"')
  /** Everything that was printed since the start, by whomever: the messages of log lines, other lines as they are. */
  const said = () => server.output().slice(startText.length).split('\n').filter(Boolean).map(messageOf)

  // A connection that nobody uses is no outage, nor is its end.
  await endOneIdleConnection(stack.databaseUrl)
  await send('with another connection')
  await follower.reached(1)
  expect(await metric('acme_database_up')).toBe(1)
  expect(said()).toEqual([])

  const rounds = [gone, gone, silent]
  for (const [before, round] of rounds.entries()) {
    const faultsBefore = await metric('acme_hint_faults_total')
    round.begin(proxy)
    for (const _ of numbers(round.sends)) {
      await expect(send('not stored')).rejects.toMatchObject({ data: { code: 'SERVICE_UNAVAILABLE' } })
    }
    await expect
      .poll(() => metric('acme_hint_faults_total'), { timeout: 60_000 })
      .toBeGreaterThanOrEqual(faultsBefore + round.hintFaults)
    expect(await metric('acme_database_up')).toBe(0)
    proxy.setMode('pass')
    await expect.poll(() => metric('acme_database_up'), { timeout: 60_000 }).toBe(1)
    const ofOutages = () => said().filter((line) => !round.besides.includes(line))
    await expect.poll(ofOutages).toEqual(numbers(before + 1).flatMap(() => OUTAGE))
  }
  await send('back')
  await follower.reached(2)
  expect(await server.stop()).toBe(0)
  const besides = rounds.flatMap((round) => round.besides)
  const all = [...rounds.flatMap(() => OUTAGE), '  SIGTERM: stopping …']
  expect(said().filter((line) => !besides.includes(line))).toEqual(all)
}, 180_000)

function messageOf(line: string): string {
  if (!line.startsWith('{')) return line
  const logged: unknown = JSON.parse(line)
  return typeof logged === 'object' && logged && 'msg' in logged ? String(logged.msg) : line
}

/** Ends one connection of the server's pool that nobody uses, and waits until it is gone. */
async function endOneIdleConnection(databaseUrl: string): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl })
  await db.connect()
  try {
    const { rows } = await db.query(
      `select pid, pg_terminate_backend(pid, 5000) as ended from pg_stat_activity
       where datname = current_database() and application_name = 'acme-support-chat'
         and state = 'idle' and query not ilike 'listen%' limit 1`,
    )
    expect(rows).toEqual([{ pid: expect.any(Number), ended: true }])
  } finally {
    await db.end()
  }
}
