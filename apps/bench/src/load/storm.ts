import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE_CODES } from '@acme/client/close-codes'
import { reconnectDelay } from '@acme/client/retry-delay'
import type { Follower } from './follower.ts'
import type { Group } from './group.ts'

export interface Storm {
  /**
   * Those without a socket begin to reconnect. Resolves when all are back and caught up.
   *
   * @throws Error when a message was lost, doubled or reordered, or somebody is not back in time
   */
  comeBack: (withinMs: number) => Promise<Comeback>
}

export interface Comeback {
  /** Of each: when it was back and had caught up, in milliseconds since the epoch. */
  backAt: Float64Array
  /** Of each: from the beginning of the attempt that succeeded until it had caught up; without the back-off. */
  tookMs: Float64Array
  /** Attempts that failed, by why. */
  failedAttempts: Record<string, number>
  /** Subscriptions that the server asked to come back later. */
  busyAnswers: number
}

/**
 * Every follower loses its connection and resumes from its cursor, behind which there will be `missed` messages.
 * Cut by us, all stay away until `comeBack`; otherwise whoever loses its socket reconnects at once by itself.
 */
export function loseConnections(
  group: Group,
  { cut, missed }: { cut: boolean; missed: number },
  chance: Pick<Math, 'random'> = Math,
): Storm {
  const { followers, ledger } = group
  const targets = new Map(followers.map((follower) => [follower, follower.seen + missed]))
  const away = new Set(followers)
  const backAt = new Map<Follower, number>()
  const tookMs = new Map<Follower, number>()
  const allBack = Promise.withResolvers<void>()
  const busyBefore = group.busyAnswers
  const failedAttempts: Record<string, number> = {}

  /** Waits as the product's client does, and tries until it is back. */
  async function comeBackFrom(follower: Follower, isRestart: boolean): Promise<void> {
    const lostAt = performance.now()
    for (let failures = 1; ; failures++) {
      await sleep(
        reconnectDelay({ failures, awayMs: performance.now() - lostAt, isRestart, isNew: false }, chance),
      )
      const begun = performance.now()
      try {
        await follower.open()
      } catch (error) {
        failed(error instanceof Error ? error.message : String(error))
        continue
      }
      const target = targets.get(follower)
      if (follower.seen !== target) {
        ledger.fault(`Chat ${follower.chatId} was resumed up to ${follower.seen} of ${target}`)
      }
      backAt.set(follower, performance.timeOrigin + performance.now())
      tookMs.set(follower, performance.now() - begun)
      away.delete(follower)
      if (away.size === 0) allBack.resolve()
      return
    }
  }

  function failed(why: string): void {
    failedAttempts[why] = (failedAttempts[why] ?? 0) + 1
  }

  group.onLost = (follower, why) => {
    // Who was back and is dropped again has not come back.
    if (!away.has(follower)) failed(why)
    away.add(follower)
    void comeBackFrom(follower, why.startsWith(`${CLOSE_CODES.restarting.code} `))
  }
  if (cut) for (const follower of followers) follower.cut()

  return {
    async comeBack(withinMs) {
      if (cut) for (const follower of followers) void comeBackFrom(follower, false)
      const late = setTimeout(() => allBack.resolve(), withinMs)
      await allBack.promise
      clearTimeout(late)
      if (away.size > 0) ledger.fault(`${away.size} did not come back within ${withinMs} ms`)
      ledger.verify()
      return {
        backAt: Float64Array.from(backAt.values()),
        tookMs: Float64Array.from(tookMs.values()),
        failedAttempts,
        busyAnswers: group.busyAnswers - busyBefore,
      }
    },
  }
}
