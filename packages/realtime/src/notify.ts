import type pg from 'pg'
import { encode } from './envelope.ts'
import type { Hint } from './hub.ts'

export const CHANNEL = 'acme_support_hints'
/** Hints of one write batch leave together; an idle process collects for this long. */
const COLLECT_MS = 2
/** More than this waiting means that Postgres is away or slow: hints are dropped, the sweep finds what they told. */
const WAITING_LIMIT = 10_000

export interface Notifier {
  /** Never throws, never waits. */
  notify: (hint: Hint) => void
  /** Sends what is waiting; resolves when nothing is under way any more. */
  flush: () => Promise<void>
}

/**
 * Sends hints by NOTIFY, outside any transaction, because a NOTIFY inside one holds a lock over the whole instance
 * until commit. One notification is under way at a time, on one connection at most; what comes meanwhile is gathered
 * for the next one.
 */
export function createNotifier(pool: pg.Pool, origin: string, onError: (error: unknown) => void): Notifier {
  let waiting: Hint[] = []
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | null = null

  async function send(): Promise<void> {
    timer = undefined
    while (waiting.length > 0) {
      const hints = waiting
      waiting = []
      try {
        const payloads = encode(origin, hints)
        await pool.query({
          name: 'notify_hints',
          text: 'select pg_notify($1, payload) from unnest($2::text[]) payload',
          values: [CHANNEL, payloads],
        })
      } catch (error) {
        onError(error)
      }
    }
  }
  const begin = () => {
    sending ??= send().finally(() => {
      sending = null
    })
  }

  return {
    notify(hint) {
      if (waiting.length >= WAITING_LIMIT) return
      waiting.push(hint)
      if (!sending) timer ??= setTimeout(begin, COLLECT_MS)
    },
    async flush() {
      clearTimeout(timer)
      begin()
      await sending
    },
  }
}
