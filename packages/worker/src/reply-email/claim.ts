import type { Queries } from '@acme/db'
import { sql } from 'kysely'
import { LEASE } from './claim-due.ts'

/** A batch of unread replies that is ours to mail, and nobody else's ever. */
export interface Claim {
  chatId: string
  upToSeq: number
  /** What `email_claimed_seq` was before, to undo a claim that certainly led to nothing. */
  previousSeq: number
  userId: string
  to: { name: string; address: string }
  /** A language tag; null when it is not known. */
  language: string | null
  /** `upToSeq` of the chat's last mails before this one, oldest first. */
  earlier: number[]
  /** How many replies are unread and in no mail yet. */
  count: number
  /** The newest of them, oldest first. */
  replies: { content: string; senderName: string | null; createdAt: Date }[]
}

const MAX_REPLIES = 5
/** So many mails are named as those that this one follows. */
const MAX_EARLIER = 10

/**
 * Looks again, under the chat's row lock, whether mail still helps, and claims the unread replies before anything
 * is sent: whatever crashes afterwards, nobody claims them a second time. Null when there is nothing to mail,
 * with the reason in words for the log.
 */
export async function claim(db: Queries, chatId: string): Promise<Claim | { notNeeded: string }> {
  return db.transaction().execute(async (trx) => {
    const chat = await trx
      .selectFrom('supportChats as c')
      .innerJoin('users as u', 'u.id', 'c.userId')
      .select([
        'c.userReadSeq',
        'c.emailClaimedSeq',
        'c.archivedAt',
        'c.userId',
        'u.email',
        'u.name',
        'u.language',
        'u.emailOptedOutAt',
      ])
      .where('c.id', '=', chatId)
      .forUpdate('c')
      .executeTakeFirst()
    if (!chat) return { notNeeded: 'the chat is gone' }

    const replies = await trx
      .selectFrom('supportMessages as m')
      .innerJoin('users as u', 'u.id', 'm.senderId')
      .select(['m.seq', 'm.content', 'm.createdAt', 'u.name as senderName'])
      // Of all that match, not only of those that the limit lets through.
      .select(sql<number>`(count(*) over ())::int`.as('count'))
      .where('m.chatId', '=', chatId)
      .where('m.senderType', '=', 'admin')
      .where('m.seq', '>', Math.max(chat.userReadSeq, chat.emailClaimedSeq))
      .orderBy('m.seq', 'desc')
      .limit(MAX_REPLIES)
      .execute()
    const [newest] = replies

    const notNeeded = !newest
      ? 'every reply was read or mailed'
      : chat.archivedAt
        ? 'the chat is archived'
        : !chat.email
          ? 'the user has no address'
          : chat.emailOptedOutAt
            ? 'the user has unsubscribed'
            : null
    await trx
      .updateTable('supportChats')
      .set({ replyEmailDueAt: null, ...(!notNeeded && newest && { emailClaimedSeq: newest.seq }) })
      .where('id', '=', chatId)
      .execute()
    if (notNeeded || !newest || !chat.email) return { notNeeded: notNeeded ?? '' }

    const earlier = await trx
      .selectFrom('replyEmails')
      .select('upToSeq')
      .where('chatId', '=', chatId)
      .where('state', 'in', ['sent', 'unknown'])
      .orderBy('upToSeq', 'desc')
      .limit(MAX_EARLIER)
      .execute()
    await trx.insertInto('replyEmails').values({ chatId, upToSeq: newest.seq, state: 'claimed' }).execute()
    return {
      chatId,
      upToSeq: newest.seq,
      previousSeq: chat.emailClaimedSeq,
      userId: chat.userId,
      to: { name: chat.name ?? '', address: chat.email },
      language: chat.language,
      earlier: earlier.map(({ upToSeq }) => upToSeq).reverse(),
      count: newest.count,
      replies: replies.reverse(),
    }
  })
}

/** Notes what became of a claim. */
export async function settle(
  db: Queries,
  { chatId, upToSeq }: Pick<Claim, 'chatId' | 'upToSeq'>,
  state: 'sent' | 'rejected' | 'unknown',
  outcome: string,
): Promise<void> {
  await db
    .updateTable('replyEmails')
    .set({ state, outcome, updatedAt: sql<Date>`now()` })
    .where('chatId', '=', chatId)
    .where('upToSeq', '=', upToSeq)
    .execute()
}

/** Gives a claim back whose mail was certainly not accepted: it is due again. */
export async function giveBack(db: Queries, { chatId, upToSeq, previousSeq }: Claim): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('supportChats')
      .set({
        emailClaimedSeq: previousSeq,
        // Its job tries again; should that be lost, the sweep finds the chat by this.
        replyEmailDueAt: sql<Date>`coalesce(reply_email_due_at, now() + ${LEASE}::interval)`,
      })
      .where('id', '=', chatId)
      .where('emailClaimedSeq', '=', upToSeq)
      .execute()
    await trx.deleteFrom('replyEmails').where('chatId', '=', chatId).where('upToSeq', '=', upToSeq).execute()
  })
}

/** Claims whose worker died between claiming and settling: nobody knows, so they are flagged and never sent again. */
export async function flagAbandoned(db: Queries): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('replyEmails')
    .set({
      state: 'unknown',
      outcome: 'The worker ended while handing it over.',
      updatedAt: sql<Date>`now()`,
    })
    .where('state', '=', 'claimed')
    .where('updatedAt', '<', sql<Date>`now() - interval '2 minutes'`)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
