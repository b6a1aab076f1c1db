/** A Postgres error with this SQLSTATE (PostgreSQL documentation, appendix A). */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}

/**
 * The statement was not carried out for a reason that passes by itself: class 53 (insufficient resources: disk full,
 * out of memory, too many connections), 40P01 (deadlock detected), 40001 (serialization failure), 57014 (ended by
 * `statement_timeout`), 55P03 (lock not available).
 */
export function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return typeof error.code === 'string' && /^(53...|40P01|40001|57014|55P03)$/.test(error.code)
}

/** All connections of a pool were taken for as long as one waits for one: the process is busy, not the database away. */
export function isPoolExhausted(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

/** What is said of a statement that was not answered in time: pg's words (8.23) for its own time-out. */
export const READ_TIMEOUT = 'Query read timeout'

/** Classes 08 (connection exception) and 57P (operator intervention), and what the system says of sockets and names. */
const LOST = /^(08|57P|ECONN|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EAI_AGAIN$|EHOST|ENET)/

/** The database went away; whether the statement was committed is not known. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') return LOST.test(error.code)
  // pg's own words when a connection breaks or none can be had; these errors carry no code.
  return /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/.test(
    error.message,
  )
}
