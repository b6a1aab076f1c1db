import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { CHANNEL } from './notify.ts'

const RECONNECT_MS = 500
const HEARTBEAT_MS = 15_000

export interface ListenOptions {
  databaseUrl: string
  onPayload: (payload: string) => void
  onError: (error: unknown) => void
  /** Listening, for the first time or again. */
  onListening?: (() => void) | undefined
}

/**
 * Listens for notifications on a connection of its own, and replaces it whenever it ends.
 *
 * @throws when the first connection cannot be made.
 */
export async function listen(options: ListenOptions): Promise<AsyncDisposable> {
  const { onError, onListening = () => {} } = options
  const ended = new AbortController()
  let client = await openClient(options)
  onListening()
  const kept = keepListening()
  // Nothing is heard of a server that vanished without a word: it is asked, and given up when it does not answer.
  const heartbeat = setInterval(() => {
    const asked = client
    asked.query('select 1').catch(() => asked.end().catch(() => {}))
  }, HEARTBEAT_MS)

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      ended.abort()
      await client.end().catch(onError)
      await kept
    },
  }

  async function keepListening(): Promise<void> {
    while (!ended.signal.aborted) {
      await new Promise((resolve) => client.once('end', resolve))
      while (!ended.signal.aborted) {
        try {
          await sleep(RECONNECT_MS, undefined, { signal: ended.signal })
          client = await openClient(options)
          if (ended.signal.aborted) await client.end()
          else onListening()
          break
        } catch (error) {
          if (!ended.signal.aborted) onError(error)
        }
      }
    }
  }
}

async function openClient({ databaseUrl, onPayload, onError }: ListenOptions): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'acme-hints',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  })
  client.on('error', onError)
  client.on('notification', ({ payload = '' }) => onPayload(payload))
  try {
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}
