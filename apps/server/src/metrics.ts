import type { Db } from '@acme/db'
import { oldestDueReplySeconds, type RunningWorker } from '@acme/worker'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { within } from './within.ts'

/** What Prometheus reads at /metrics; names end in their unit. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    sockets: new Gauge({ name: 'acme_sockets', help: 'Open WebSockets', registers }),
    socketsClosed: new Counter({
      name: 'acme_sockets_closed_total',
      help: 'WebSockets closed by this server before their time',
      labelNames: ['reason'],
      registers,
    }),
    failedCalls: new Counter({
      name: 'acme_calls_failed_total',
      help: 'Calls answered with an error',
      labelNames: ['code'],
      registers,
    }),
    databaseUp: new Gauge({
      name: 'acme_database_up',
      help: '1 while the database can be reached, 0 during an outage',
      registers,
    }),
    relayFaults: new Counter({
      name: 'acme_hint_faults_total',
      help: 'Faults of the relay between processes',
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

/** A scrape does not wait longer for the database. */
const QUERY_WITHIN_MS = 2_000

/** Adds what tells whether reply emails go out; for a process that runs a worker. */
export function addWorkerMetrics({ registry }: Metrics, db: Db, worker: RunningWorker): void {
  const registers = [registry]
  new Gauge({
    name: 'acme_job_loop_alive',
    help: '1 while this process looks for jobs, 0 when it has not managed to for 10 s',
    registers,
    collect() {
      this.set(worker.isAlive() ? 1 : 0)
    },
  })
  new Gauge({
    name: 'acme_oldest_due_reply_seconds',
    help: 'How long the oldest reply email has been due, over all processes; NaN when the database does not answer',
    registers,
    async collect() {
      this.set(await within(QUERY_WITHIN_MS, oldestDueReplySeconds(db)).catch(() => Number.NaN))
    },
  })
}
