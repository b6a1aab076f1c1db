import type { WorkerEvents } from 'graphile-worker'

/** A job that takes longer does not count as a sign of life. As long as a chat is left to its job. */
export const LONGEST_JOB_MS = 120_000
const ALIVE_WITHIN_MS = 10_000
/** Longer than connecting and a statement take together before they time out. */
const SILENT_MS = 30_000
const CHECK_EVERY_MS = 5_000

/**
 * Follows a job runner by its events: begun, looking for jobs, over. It is over at the first sign that its pool shuts down
 * or that a connection of it fails, and when for 30 s no look for a job has come back.
 */
export function followLife(events: WorkerEvents) {
  const live = Promise.withResolvers<null>()
  const over = Promise.withResolvers<Error>()
  const poolIds: string[] = []
  const underWay = new Map<string, number>()
  const waiting: (() => void)[] = []
  let looking = 0
  let listens = false
  let isOver = false
  let lastLook = performance.now()

  const end = (reason: unknown) => {
    isOver = true
    clearInterval(timer)
    over.resolve(reason instanceof Error ? reason : new Error(String(reason)))
  }
  const endLook = () => {
    looking -= 1
    if (looking > 0) return
    for (const resolve of waiting.splice(0)) resolve()
  }
  const hasLooked = () => {
    if (isOver) return
    lastLook = performance.now()
    if (listens) live.resolve(null)
  }
  const works = () => {
    const now = performance.now()
    return !isOver && [...underWay.values()].some((since) => now - since < LONGEST_JOB_MS)
  }
  const looksWithin = (limitMs: number) => works() || performance.now() - lastLook < limitMs
  const timer = setInterval(() => {
    if (!looksWithin(SILENT_MS)) end(`No job could be looked for within ${SILENT_MS / 1_000} s.`)
  }, CHECK_EVERY_MS)

  events.on('pool:create', ({ workerPool }) => poolIds.push(workerPool.id))
  events.on('pool:listen:success', () => {
    listens = true
  })
  events.on('pool:listen:error', ({ error }) => end(error))
  events.on('pool:fatalError', ({ error }) => end(error))
  events.on('pool:gracefulShutdown', ({ message }) => end(message))
  events.on('worker:getJob:start', () => {
    looking += 1
  })
  events.on('worker:getJob:error', ({ error }) => {
    end(error)
    endLook()
  })
  events.on('worker:getJob:empty', () => {
    endLook()
    hasLooked()
  })
  events.on('job:start', ({ job }) => {
    underWay.set(job.id, performance.now())
    endLook()
    hasLooked()
  })
  events.on('job:complete', ({ job }) => {
    underWay.delete(job.id)
    hasLooked()
  })
  return {
    live: live.promise,
    over: over.promise,
    end,
    isOver: () => isOver,
    isAlive: () => looksWithin(ALIVE_WITHIN_MS),
    jobsUnderWay: () => underWay.size,
    looksDone: () => new Promise<void>((resolve) => (looking > 0 ? waiting.push(resolve) : resolve())),
    poolIds: () => poolIds,
  }
}
