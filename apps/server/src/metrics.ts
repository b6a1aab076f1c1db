import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

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
