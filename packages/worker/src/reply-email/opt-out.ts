import type { Queries } from '@acme/db'
import { sql } from 'kysely'

export interface Subscriber {
  language: string | null
  optedOut: boolean
}

/** Whether a user gets reply emails, and in which language they read. Null when there is no such user. */
export async function readSubscriber(db: Queries, userId: string): Promise<Subscriber | null> {
  const user = await db
    .selectFrom('users')
    .select(['language', 'emailOptedOutAt'])
    .where('id', '=', userId)
    .executeTakeFirst()
  return user ? { language: user.language, optedOut: user.emailOptedOutAt !== null } : null
}

/** Stops reply emails to a user, or lets them begin again. Idempotent: when they were stopped stays as it is. */
export async function setOptedOut(db: Queries, userId: string, optedOut: boolean): Promise<void> {
  await db
    .updateTable('users')
    .set({
      emailOptedOutAt: optedOut ? sql<Date>`coalesce(email_opted_out_at, now())` : null,
      updatedAt: sql<Date>`now()`,
    })
    .where('id', '=', userId)
    .execute()
}
