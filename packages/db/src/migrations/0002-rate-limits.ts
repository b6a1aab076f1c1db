import { type Kysely, sql } from 'kysely'

/** What rate-limiter-flexible counts in. Unlogged: after a crash of Postgres it is empty, and a write costs no flush. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create unlogged table rate_limits (
      key text primary key,
      points integer not null,
      expire bigint not null
    )`.execute(db)
}
