import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Jobs } from '@acme/db'
import { Logger, parseCrontab, type Runner, run, type Task } from 'graphile-worker'
import { forgetExpiredSessions } from './forget-expired-sessions.ts'
import type { Mailer } from './mailer.ts'
import { flagAbandoned } from './reply-email/claim.ts'
import { claimDue } from './reply-email/claim-due.ts'
import { sendReplyEmail } from './reply-email/send.ts'

export interface WorkerOptions {
  db: Db
  mailer: Mailer
  appName: string
  /** How long a reply stays unread before it is mailed, as the sending side has it. */
  replyEmailDelayMs: number
  /** Domain of message ids. */
  domain: string
  log: (level: 'error' | 'warn' | 'info' | 'debug', message: string, facts?: Record<string, unknown>) => void
}

export interface RunningWorker {
  /** Finishes the jobs under way, then resolves. */
  stop: () => Promise<void>
}

/** Replies each minute, even when nothing seems due: what a crash dropped is found. Sessions once a night. */
const CRONTAB = `* * * * * claimDueReplies
17 3 * * * forgetExpiredSessions`
const POLL_MS = 1_000
const RESTART_MS = 2_000
const LOOK_AGAIN_AT_MOST_MS = 60_000

/** Runs the jobs of the product in this process. Any number of processes may. */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { db, mailer, appName, domain, replyEmailDelayMs, log } = options
  // What becomes due from now on is due after the delay: whoever looks that often is never late.
  const lookAgainMs = Math.min(LOOK_AGAIN_AT_MOST_MS, Math.max(POLL_MS, replyEmailDelayMs))
  const tasks = {
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
    sendReplyEmail: async (payload, { abortSignal }) => {
      if (!isSendReplyEmail(payload)) throw new Error('sendReplyEmail: a payload of another shape')
      await sendReplyEmail(
        { db, mailer, appName, domain, log: (message, facts) => log('info', message, facts) },
        payload.chatId,
        abortSignal,
      )
    },
  } satisfies Record<keyof Jobs, Task>

  const start = () =>
    run({
      pgPool: db.pool,
      taskList: tasks,
      parsedCronItems: parseCrontab(CRONTAB),
      concurrency: 4,
      pollInterval: POLL_MS,
      // The process that we run in orders its own end.
      noHandleSignals: true,
      logger: new Logger(() => (level, message) => log(level === 'warning' ? 'warn' : level, message)),
      // By default a finished job's row is deleted after `stop()` has resolved: it stays locked, and runs again.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    })
  const ended = new AbortController()
  let runner = await begin()
  const watched = watch()
  return {
    async stop() {
      ended.abort()
      // It may have ended by itself just now, which it takes for a mistake to be told again.
      await runner.stop().catch(() => {})
      await watched
    },
  }

  async function begin(): Promise<Runner> {
    const started = await start()
    await started.addJob('claimDueReplies', {}, { jobKey: 'claimDueReplies' })
    return started
  }

  /** A runner that cannot tell the database of a finished job ends for good; then another one takes its place. */
  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      await runner.promise.catch(() => {})
      while (!ended.signal.aborted) {
        log('warn', 'the job runner has ended; starting another')
        try {
          await sleep(RESTART_MS, undefined, { signal: ended.signal })
          runner = await begin()
          break
        } catch (error) {
          if (!ended.signal.aborted) log('warn', 'the job runner could not be started', { err: error })
        }
      }
    }
  }
}

function isSendReplyEmail(payload: unknown): payload is Jobs['sendReplyEmail'] {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'chatId' in payload &&
    typeof payload.chatId === 'string'
  )
}
