import { isConnectionLost } from '@acme/db'
import type { FastifyBaseLogger } from 'fastify'
import type { Metrics } from './metrics.ts'

/** Everything that goes wrong with the database ends here, so that an outage is one line and its end another. */
export interface Outage {
  /** Something could not be done because of the database. */
  noticed: (error: unknown) => void
  /** Does the work; when it succeeds, an outage that was noticed before it began is over. Rejects as the work does. */
  endsWith: <T>(work: () => Promise<T>) => Promise<T>
}

/** A database that answers and refuses (a full disk, a statement time-out) is said again this often, per error code. */
const REFUSAL_EVERY_MS = 60_000

export function createOutage(log: FastifyBaseLogger, { databaseUp }: Pick<Metrics, 'databaseUp'>): Outage {
  let current: { since: number; lastAt: number; faults: number } | null = null
  const refusedAt = new Map<unknown, number>()
  databaseUp.set(1)

  return {
    noticed(error) {
      const now = performance.now()
      if (!isConnectionLost(error)) return refused(error, now)
      if (current) {
        current.faults += 1
        current.lastAt = now
        return
      }
      current = { since: now, lastAt: now, faults: 1 }
      databaseUp.set(0)
      log.error({ err: error }, 'the database cannot be reached')
    },
    async endsWith(work) {
      const begun = performance.now()
      const result = await work()
      if (current && begun > current.lastAt) {
        const seconds = Math.round((performance.now() - current.since) / 100) / 10
        log.warn({ seconds, faults: current.faults }, 'the database can be reached again')
        current = null
        databaseUp.set(1)
      }
      return result
    },
  }

  function refused(error: unknown, now: number): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const before = refusedAt.get(code)
    if (before !== undefined && now - before < REFUSAL_EVERY_MS) return
    refusedAt.set(code, now)
    log.error({ err: error }, 'the database refuses for now')
  }
}
