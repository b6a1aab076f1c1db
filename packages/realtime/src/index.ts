export { type Hint, type HintBody, Hub, type Listener } from './hub.ts'
export { type PostgresRelayOptions, relayThroughPostgres } from './postgres.ts'
