import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { decode, encode } from './envelope.ts'
import type { Hint, Hub } from './hub.ts'

const CHANNEL = 'acme_support_hints'
/** Hints of one write batch leave together; a busy process collects for this long at most. */
const COLLECT_MS = 2
/** More than this waiting means that Postgres is away: hints are dropped, the sweep finds what they told. */
const WAITING_LIMIT = 10_000
const RECONNECT_MS = 500
const HEARTBEAT_MS = 15_000

export interface PostgresRelayOptions {
  hub: Hub
  /** Sends the notifications: any pool on the same database. */
  pool: pg.Pool
  /** For the listening connection, which lives as long as the relay. */
  databaseUrl: string
  onError?: (error: unknown) => void
}

/**
 * Carries hints between processes over LISTEN/NOTIFY: one notification per batch, outside any transaction,
 * because a NOTIFY inside one holds a lock over the whole instance until commit. Reconnects by itself.
 *
 * @throws when the first connection cannot be made.
 */
export async function relayThroughPostgres(options: PostgresRelayOptions): Promise<AsyncDisposable> {
  const { hub, pool, databaseUrl, onError = () => {} } = options
  const ended = new AbortController()
  const origin = crypto.randomUUID()

  let waiting: Hint[] = []
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<unknown> = Promise.resolve()

  const send = () => {
    timer = undefined
    const payloads = encode(origin, waiting)
    waiting = []
    sending = pool
      .query({
        name: 'notify_hints',
        text: 'select pg_notify($1, payload) from unnest($2::text[]) payload',
        values: [CHANNEL, payloads],
      })
      .catch(onError)
  }
  const stopRelaying = hub.relay((hint) => {
    if (waiting.length >= WAITING_LIMIT) return
    waiting.push(hint)
    timer ??= setTimeout(send, COLLECT_MS)
  })

  const listen = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'acme-hints',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    })
    client.on('error', onError)
    client.on('notification', ({ payload = '' }) => {
      const envelope = decode(payload)
      if (!envelope || envelope.origin === origin) return
      for (const { topic, body } of envelope.hints) hub.deliver(topic, body)
    })
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      return client
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  }

  let client = await listen()
  const keepListening = async () => {
    while (!ended.signal.aborted) {
      await new Promise((resolve) => client.once('end', resolve))
      while (!ended.signal.aborted) {
        try {
          await sleep(RECONNECT_MS, undefined, { signal: ended.signal })
          client = await listen()
          if (ended.signal.aborted) await client.end()
          break
        } catch (error) {
          if (!ended.signal.aborted) onError(error)
        }
      }
    }
  }
  const kept = keepListening()
  // Nothing is heard of a server that vanished without a word: it is asked, and given up when it does not answer.
  const heartbeat = setInterval(() => {
    const asked = client
    asked.query('select 1').catch(() => asked.end().catch(() => {}))
  }, HEARTBEAT_MS)

  return {
    async [Symbol.asyncDispose]() {
      stopRelaying()
      clearInterval(heartbeat)
      ended.abort()
      if (timer) {
        clearTimeout(timer)
        send()
      }
      await sending
      await client.end().catch(onError)
      await kept
    },
  }
}
