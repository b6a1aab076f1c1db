import type { Queries } from '@acme/db'
import type { Mailer } from '../mailer.ts'
import { claim, giveBack, settle } from './claim.ts'
import { type MailOptions, replyMail } from './mail.ts'

export interface SendOptions extends MailOptions {
  db: Queries
  mailer: Pick<Mailer, 'send'>
  log: (message: string, facts: Record<string, unknown>) => void
}

/**
 * P8: emails the unread replies of one chat, at most once. Claimed in the database first, sent second: a crash in
 * between leaves a mail that is flagged as unknown instead of one that is sent twice.
 *
 * @throws when the mail was certainly not accepted, so that the queue tries again later.
 */
export async function sendReplyEmail(
  { db, mailer, log, ...options }: SendOptions,
  chatId: string,
  signal?: AbortSignal,
): Promise<void> {
  const claimed = await claim(db, chatId)
  if ('notNeeded' in claimed) {
    log(`no reply email: ${claimed.notNeeded}`, { chatId })
    return
  }
  const handover = await mailer.send(await replyMail(claimed, options), signal)
  if (handover.type === 'not_sent') {
    await giveBack(db, claimed)
    throw new Error(`The mail server did not take the mail: ${handover.outcome}`)
  }
  await settle(db, claimed, handover.type, handover.outcome)
  log(`reply email ${handover.type}`, { chatId, upToSeq: claimed.upToSeq })
}
