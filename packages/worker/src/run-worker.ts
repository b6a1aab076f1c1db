import { setTimeout as sleep } from 'node:timers/promises'
import { type Db, isConnectionLost } from '@acme/db'
import { type JobRunner, startJobRunner } from './job-runner.ts'
import type { Mailer } from './mailer.ts'
import type { MailOptions } from './reply-email/mail.ts'
import { CRONTAB, createTasks } from './tasks.ts'

export interface WorkerOptions {
  db: Db
  mailer: Pick<Mailer, 'send'>
  /** What the mail about unread replies is made with. */
  reply: MailOptions
  /** How long a reply stays unread before it is mailed, as the sending side has it. */
  replyEmailDelayMs: number
  log: Log
}

export type Log = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  facts?: Record<string, unknown>,
) => void

export interface RunningWorker {
  /** Whether jobs were looked for within the last 10 s, or one is under way. */
  isAlive: () => boolean
  /**
   * Takes no more jobs, lets those under way finish and resolves: within 3 s, whatever hangs. Mails that are not
   * handed over after 2 s are broken off. Never rejects; called again it gives the same promise.
   */
  stop: () => Promise<void>
}

/** After the first failed start; twice as long after each further one. */
const RESTART_MS = 250
const RESTART_AT_MOST_MS = 2_000
const BREAK_OFF_MS = 2_000
const STOP_MS = 3_000

/**
 * Runs the jobs of the product in this process. Any number of processes may. A job runner that has lost the database is
 * replaced: another is tried at once, and every 2 s at the latest until one runs.
 *
 * @throws when the first runner cannot be started; then nothing of it is left.
 */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { db, log } = options
  const ended = new AbortController()
  const brokenOff = new AbortController()
  const tasks = createTasks({ ...options, signal: brokenOff.signal })
  const retiring = new Set<Promise<void>>()
  let latest: JobRunner | undefined
  let runner: JobRunner
  let supervised = Promise.resolve()
  let stopped: Promise<void> | undefined

  try {
    runner = await begin()
  } catch (error) {
    await stop()
    throw error
  }
  supervised = supervise()
  return {
    isAlive: () => runner.isAlive(),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }

  async function begin(): Promise<JobRunner> {
    const started = await startJobRunner({ db, tasks, crontab: CRONTAB, log, signal: brokenOff.signal })
    latest = started
    try {
      ended.signal.throwIfAborted()
      await started.addJob('claimDueReplies', 'claimDueReplies')
      const fault = await started.started
      if (fault) throw fault
      return started
    } catch (error) {
      retire(started)
      throw error
    }
  }

  async function supervise(): Promise<void> {
    while (true) {
      const reason = await runner.over
      if (ended.signal.aborted) return
      // An outage of the database is told by whoever holds its connections; here only what else ended the runner is news.
      const level = isConnectionLost(reason) ? 'debug' : 'warn'
      log(level, 'the job runner has lost the database; starting another', { err: reason })
      retire(runner)
      const next = await beginAgain()
      if (!next) return
      runner = next
      log(level, 'the job runner works again')
    }
  }

  /** Null when it has been told to end. */
  async function beginAgain(): Promise<JobRunner | null> {
    let told = ''
    let delayMs = RESTART_MS
    while (!ended.signal.aborted) {
      try {
        return await begin()
      } catch (error) {
        if (ended.signal.aborted) break
        // That the database is away has been told; what else keeps it from starting has not.
        const isNews = !isConnectionLost(error) && String(error) !== told
        log(isNews ? 'error' : 'debug', 'the job runner could not be started', { err: error })
        told = String(error)
        await pause(delayMs)
        delayMs = Math.min(RESTART_AT_MOST_MS, delayMs * 2)
      }
    }
    return null
  }

  /** Nobody waits for it: another runner does the work meanwhile. */
  function retire(lost: JobRunner): void {
    const done = settleAndUnlock(lost).finally(() => retiring.delete(done))
    retiring.add(done)
  }

  async function settleAndUnlock(lost: JobRunner): Promise<void> {
    await lost.settle()
    while (true) {
      try {
        return await lost.unlockJobs()
      } catch {
        if (ended.signal.aborted) return
        await pause(RESTART_AT_MOST_MS)
      }
    }
  }

  /** Cut short by the end. */
  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: ended.signal }).catch(() => {})
  }

  async function stop(): Promise<void> {
    ended.abort()
    const breakOff = setTimeout(() => brokenOff.abort(), BREAK_OFF_MS)
    const late = Promise.withResolvers<void>()
    const giveUp = setTimeout(() => {
      log('warn', `the job runner has not stopped within ${STOP_MS / 1_000} s; given up`)
      late.resolve()
    }, STOP_MS)
    const inOrder = async () => {
      await Promise.all([latest?.stop(), supervised])
      await Promise.all(retiring)
    }
    await Promise.race([inOrder(), late.promise])
    clearTimeout(breakOff)
    clearTimeout(giveUp)
    brokenOff.abort()
  }
}
