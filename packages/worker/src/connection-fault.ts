/** Whether an error says that the database cannot be reached: by its code, or in the driver's words where it has none. */
export function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return CODES.test(code) || WORDS.test(error.message)
}

/** Postgres's classes 08 (connection), 53 (resources) and 57 (shutting down), and what the system calls its own. */
const CODES = /^(08|53|57)...$|^E[A-Z]{3}/
const WORDS =
  /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error)/
