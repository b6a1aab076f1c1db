import type pg from 'pg'
import { decode, isFrom } from './envelope.ts'
import type { Hub } from './hub.ts'
import { listen } from './listen.ts'
import { createNotifier } from './notify.ts'

export interface PostgresRelayOptions {
  hub: Hub
  /** Sends the notifications: any pool on the same database. */
  pool: pg.Pool
  /** For the listening connection, which lives as long as the relay. */
  databaseUrl: string
  onError?: (error: unknown) => void
  /** Hints of other processes are heard, at the start and after each interruption. */
  onListening?: () => void
}

/**
 * Carries hints between processes over LISTEN/NOTIFY. Reconnects by itself; what is missed meanwhile the sweep finds.
 *
 * @throws when the first connection cannot be made.
 */
export async function relayThroughPostgres(options: PostgresRelayOptions): Promise<AsyncDisposable> {
  const { hub, pool, databaseUrl, onError = () => {}, onListening } = options
  const origin = crypto.randomUUID()
  const notifier = createNotifier(pool, origin, onError)
  const listening = await listen({
    databaseUrl,
    onError,
    onListening,
    onPayload(payload) {
      if (isFrom(origin, payload)) return
      for (const { topic, body } of decode(payload) ?? []) hub.deliver(topic, body)
    },
  })
  const stopRelaying = hub.relay(notifier.notify)
  return {
    async [Symbol.asyncDispose]() {
      stopRelaying()
      await notifier.flush()
      await listening[Symbol.asyncDispose]()
    },
  }
}
