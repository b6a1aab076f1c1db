import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Db, isConnectionLost } from '@acme/db'
import { Logger, parseCrontab, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import { sql } from 'kysely'
import { followLife, LONGEST_JOB_MS } from './job-runner-life.ts'
import { releasedOnce } from './released-once.ts'

export interface JobRunnerOptions {
  db: Db
  tasks: TaskList
  crontab: string
  log: (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void
  /** Cuts short the wait for the jobs of a runner that is over. */
  signal: AbortSignal
}

/**
 * One run of the job loop. It is over at the first sign of trouble with its connections, and is then replaced, not
 * mended: graphile-worker 0.18 can end without ever saying so, as the batcher that completes jobs miscounts what is
 * pending after a statement failed.
 */
export interface JobRunner {
  /** Resolves once it has looked for jobs and hears of new ones: with null; with the reason if it was over before. */
  readonly started: Promise<Error | null>
  /** Resolves with the reason as soon as it takes no more jobs; never rejects. */
  readonly over: Promise<Error>
  /** Whether it has managed to look for jobs within the last 10 s, or has one under way. */
  isAlive(): boolean
  addJob(task: string, key: string): Promise<void>
  /** Takes no more jobs and resolves when those under way are done. May stay pending after a fault. */
  stop(): Promise<void>
  /** Stops it, and waits for its jobs under way: 2 minutes at most, and not after the signal. */
  settle(): Promise<void>
  /** Lets other runners have the jobs that it has left locked; they would wait 4 hours. */
  unlockJobs(): Promise<void>
}

const POLL_MS = 1_000
/** So long the library may take to tell the database of jobs that are done. */
const COMPLETION_MS = 3_000

/** Starts a job loop. Rejects when the database cannot be used. */
export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { db, tasks, crontab, log, signal } = options
  const shutdown = Promise.withResolvers<null>()
  const events: WorkerEvents = new EventEmitter()
  const life = followLife(events)
  const starting = run({
    pgPool: releasedOnce(db.pool),
    taskList: tasks,
    parsedCronItems: parseCrontab(crontab),
    concurrency: 4,
    pollInterval: POLL_MS,
    events,
    // Asked before each look for a job: once it is over there is none until it has shut down, which then finds nothing.
    forbiddenFlags: () => (life.isOver() ? shutdown.promise : null),
    // The process that we run in orders its own end.
    noHandleSignals: true,
    logger: new Logger(() => (level, message, meta) => {
      // A lost database is told once, by whoever replaces the runner; and a line for each job that succeeds is detail.
      const isDetail = life.isOver() || isConnectionLost(meta?.error)
      if (isDetail || level === 'info') log('debug', message)
      else log(level === 'warning' ? 'warn' : level, message)
    }),
    preset: {
      // By default a finished job's row is deleted after `stop()` has resolved: it stays locked, and runs again.
      worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      plugins: [
        {
          name: 'AcmeQuietShutdown',
          version: '0.0.0',
          worker: {
            middleware: {
              // A worker that fails to look for a job while its pool shuts down prints its stack past the logger:
              // looks under way, which a lost database makes fail, are let end before, and none is begun. The shutdown
              // would wait for them as well, so a silent database keeps it pending in either order.
              async poolGracefulShutdown(next, { message }) {
                life.end(message)
                await life.looksDone()
                const done = next()
                shutdown.resolve(null)
                await done
              },
            },
          },
        },
      ],
    },
  })
  starting.then(
    (started) => started.promise.then(() => life.end('The job runner has ended.'), life.end),
    life.end,
  )
  const runner = await starting
  // `stop` rejects when it has stopped by itself; then there is its promise to wait for.
  const stop = async () => {
    await Promise.allSettled([runner.stop(), runner.promise])
  }
  return {
    started: Promise.race([life.live, life.over]),
    over: life.over,
    isAlive: life.isAlive,
    async addJob(task, key) {
      await runner.addJob(task, {}, { jobKey: key })
    },
    stop,
    async settle() {
      const done = new AbortController()
      const limit = { signal: AbortSignal.any([signal, done.signal]) }
      const jobsDone = async () => {
        await sleep(COMPLETION_MS, undefined, limit)
        while (life.jobsUnderWay() > 0) await once(events, 'job:complete', limit)
      }
      const tooLong = sleep(LONGEST_JOB_MS, undefined, limit)
      await Promise.race([stop(), jobsDone(), tooLong]).catch(() => {})
      done.abort()
    },
    async unlockJobs() {
      await sql`select graphile_worker.force_unlock_workers(${life.poolIds()}::text[])`.execute(db)
    },
  }
}
