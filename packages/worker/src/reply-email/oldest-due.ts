import type { Queries } from '@acme/db'
import { sql } from 'kysely'

/**
 * For how many seconds the oldest reply email has been due that is not claimed yet; 0 when none is. A chat that was handed
 * on is due again later, so its job tells since when it is; one that was read meanwhile is due no more.
 */
export async function oldestDueReplySeconds(db: Queries): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select coalesce(max(extract(epoch from now() - due.since)), 0)::float8 as seconds from (
      select reply_email_due_at as since from support_chats where reply_email_due_at <= now()
      union all
      select job.created_at from graphile_worker.jobs job
      join support_chats chat on job.key = 'sendReplyEmail:' || chat.id
      where chat.reply_email_due_at is not null
    ) due`.execute(db)
  return rows[0]?.seconds ?? 0
}
