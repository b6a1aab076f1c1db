import type { Db, Jobs } from '@acme/db'
import type { Task } from 'graphile-worker'
import { forgetExpiredSessions } from './forget-expired-sessions.ts'
import type { Mailer } from './mailer.ts'
import { flagAbandoned } from './reply-email/claim.ts'
import { claimDue } from './reply-email/claim-due.ts'
import type { MailOptions } from './reply-email/mail.ts'
import { sendReplyEmail } from './reply-email/send.ts'
import type { Log } from './run-worker.ts'

export interface TaskOptions {
  db: Db
  mailer: Pick<Mailer, 'send'>
  reply: MailOptions
  /** How long a reply stays unread before it is mailed, as the sending side has it. */
  replyEmailDelayMs: number
  log: Log
  /** Breaks off mails under way. */
  signal: AbortSignal
}

/** Replies each minute, even when nothing seems due: what a crash dropped is found. Sessions once a night. */
export const CRONTAB = `* * * * * claimDueReplies
17 3 * * * forgetExpiredSessions`

const LOOK_AGAIN_AT_LEAST_MS = 1_000
const LOOK_AGAIN_AT_MOST_MS = 60_000

/** What the product's jobs do. Each may run twice, also at the same time: a mail is claimed before it is sent. */
export function createTasks(options: TaskOptions) {
  const { db, mailer, reply, replyEmailDelayMs, log, signal } = options
  // What becomes due from now on is due after the delay: whoever looks that often is never late.
  const lookAgainMs = Math.min(LOOK_AGAIN_AT_MOST_MS, Math.max(LOOK_AGAIN_AT_LEAST_MS, replyEmailDelayMs))
  return {
    claimDueReplies: async (_payload, { addJob }) => {
      const { handedOn, nextAt } = await claimDue(db)
      if (handedOn > 0) log('info', 'replies due', { chats: handedOn })
      const abandoned = await flagAbandoned(db)
      if (abandoned > 0) log('warn', 'reply emails that may or may not have been sent', { count: abandoned })
      const lookAgain = Date.now() + lookAgainMs
      const runAt = new Date(Math.min(nextAt?.getTime() ?? lookAgain, lookAgain))
      await addJob('claimDueReplies', {}, { jobKey: 'claimDueReplies', runAt })
    },
    forgetExpiredSessions: async () => {
      log('info', 'expired sessions forgotten', { count: await forgetExpiredSessions(db) })
    },
    sendReplyEmail: async (payload) => {
      if (!isSendReplyEmail(payload)) throw new Error('sendReplyEmail: a payload of another shape')
      await sendReplyEmail(
        { ...reply, db, mailer, log: (message, facts) => log('info', message, facts) },
        payload.chatId,
        signal,
      )
    },
  } satisfies Record<keyof Jobs, Task>
}

function isSendReplyEmail(payload: unknown): payload is Jobs['sendReplyEmail'] {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'chatId' in payload &&
    typeof payload.chatId === 'string'
  )
}
