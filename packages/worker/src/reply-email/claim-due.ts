import type { Jobs, Queries } from '@acme/db'
import { sql } from 'kysely'

const BATCH = 500
/** For so long a chat is left to its job; a job that got lost is noticed after it. */
export const LEASE = '2 minutes'

export interface Due {
  /** Chats that were handed on. */
  handedOn: number
  /** When it makes sense to look again; null while nothing is due. */
  nextAt: Date | null
}

/**
 * Hands every chat whose replies are due to a job of its own, in one transaction. Rows that another worker is
 * claiming are skipped. The due time is moved on, not cleared: only a claim, a read or an archive clears it, so
 * a job that disappears is made again.
 */
export async function claimDue(db: Queries): Promise<Due> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<Jobs['sendReplyEmail']>`
      update support_chats set reply_email_due_at = now() + ${LEASE}::interval
      where id in (
        select id from support_chats where reply_email_due_at <= now()
        order by reply_email_due_at limit ${BATCH} for update skip locked
      ) returning id as chat_id, last_seq as up_to_seq`.execute(trx)
    if (rows.length > 0) {
      const specs = rows.map((payload) => ({
        identifier: 'sendReplyEmail' satisfies keyof Jobs,
        payload,
        // The key spares a second job while the first still waits for a mail server.
        job_key: `sendReplyEmail:${payload.chatId}`,
        max_attempts: 10,
      }))
      await sql`select graphile_worker.add_jobs(array(
        select json_populate_record(null::graphile_worker.job_spec, spec)
        from json_array_elements(${JSON.stringify(specs)}::json) spec))`.execute(trx)
    }
    const { nextAt } = await trx
      .selectFrom('supportChats')
      .where('replyEmailDueAt', 'is not', null)
      .select(({ fn }) => fn.min('replyEmailDueAt').as('nextAt'))
      .executeTakeFirstOrThrow()
    return { handedOn: rows.length, nextAt }
  })
}
