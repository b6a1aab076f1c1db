import type pg from 'pg'
import { encode } from './envelope.ts'
import type { Hint } from './hub.ts'

export const CHANNEL = 'acme_support_hints'
/** Hints of one write batch leave together; an idle process collects for this long. */
const COLLECT_MS = 2
/** From one notification to the next: under load each costs its process and Postgres as much as several messages. */
const GAP_MS = 10
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
  let sentAt = 0

  async function send(): Promise<void> {
    const hints = waiting
    waiting = []
    sentAt = performance.now()
    try {
      await pool.query({
        name: 'notify_hints',
        text: 'select pg_notify($1, payload) from unnest($2::text[]) payload',
        values: [CHANNEL, encode(origin, hints)],
      })
    } catch (error) {
      onError(error)
    }
  }
  function begin(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    sending ??= send().finally(() => {
      sending = null
      schedule()
    })
    return sending
  }
  function schedule(): void {
    if (sending || waiting.length === 0) return
    timer ??= setTimeout(begin, Math.max(COLLECT_MS, sentAt + GAP_MS - performance.now()))
  }

  return {
    notify(hint) {
      if (waiting.length >= WAITING_LIMIT) return
      waiting.push(hint)
      schedule()
    },
    async flush() {
      while (sending || waiting.length > 0) await begin()
    },
  }
}
