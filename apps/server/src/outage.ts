import { isConnectionLost, isPoolExhausted, isTransient } from '@acme/db'
import type { FastifyBaseLogger } from 'fastify'
import type { Metrics } from './metrics.ts'

/** Everything that goes wrong with the database ends here, so that an outage is one line and its end another. */
export interface Outage {
  /** A call or a repeated task could not be done. */
  noticed: (error: unknown) => void
  /** A connection broke: an outage only if the database does not answer on another one either. */
  suspected: (error: unknown) => void
  /** Does the work; when it succeeds, an outage that was noticed before it began is over. Rejects as the work does. */
  endsWith: <T>(work: () => Promise<T>) => Promise<T>
}

export interface OutageOptions {
  log: FastifyBaseLogger
  metrics: Pick<Metrics, 'databaseUp'>
  /** Asks the database for a sign of life. */
  probe: () => Promise<unknown>
}

/** What is no outage is said again this often, per kind. */
const SAID_EVERY_MS = 60_000

export function createOutage({ log, metrics: { databaseUp }, probe }: OutageOptions): Outage {
  let current: { since: number; lastAt: number; faults: number } | null = null
  let probing = false
  const saidAt = new Map<string, number>()
  databaseUp.set(1)

  return {
    noticed(error) {
      if (isConnectionLost(error)) lost(error)
      else if (isPoolExhausted(error)) suspect(error, 'all connections to the database were busy')
      else if (!isTransient(error)) say(String(error), error, 'a repeated task failed')
      else if (!current) say(`refuses ${codeOf(error)}`, error, 'the database refuses for now')
    },
    suspected: (error) => suspect(error),
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

  /** Whether it is an outage, the database tells on another connection. If it is none, that may be worth a line. */
  function suspect(error: unknown, ifNone?: string): void {
    // During an outage only what is lost prolongs it: connections are all taken also while everybody comes back.
    if (current && ifNone === undefined) lost(error)
    if (current || probing) return
    probing = true
    probe()
      .then(
        () => {
          if (ifNone !== undefined && !current) say(ifNone, error, ifNone)
        },
        () => lost(error),
      )
      .finally(() => {
        probing = false
      })
  }

  function lost(error: unknown): void {
    const now = performance.now()
    if (current) {
      current.faults += 1
      current.lastAt = now
      return
    }
    current = { since: now, lastAt: now, faults: 1 }
    databaseUp.set(0)
    log.error({ err: error }, 'the database cannot be reached')
  }

  function say(kind: string, error: unknown, message: string): void {
    const now = performance.now()
    const before = saidAt.get(kind)
    if (before !== undefined && now - before < SAID_EVERY_MS) return
    saidAt.set(kind, now)
    log.error({ err: error }, message)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
