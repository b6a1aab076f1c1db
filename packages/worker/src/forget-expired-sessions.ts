import type { Queries } from '@acme/db'
import { sql } from 'kysely'

/** Deletes what nobody can use any more. Returns how many. */
export async function forgetExpiredSessions(db: Queries): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where('expiresAt', '<', sql<Date>`now()`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
