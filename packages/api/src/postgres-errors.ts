/** A Postgres error with this SQLSTATE (PostgreSQL documentation, appendix A). */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}

/** Classes 08 (connection exception) and 57P (operator intervention), and the socket's own errors. */
const LOST = /^(08|57P|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)/

/** The database went away; whether the statement was committed is not known. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') return LOST.test(error.code)
  // pg's own words when a connection breaks or none can be had; these errors carry no code.
  return /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/.test(
    error.message,
  )
}
