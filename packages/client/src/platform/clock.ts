/** Time and chance as arguments, so that tests decide both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `task` once after `ms`; the returned function takes that back. */
  after(ms: number, task: () => void): () => void
  /** From 0 up to but not including 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** Exponential back-off with full jitter: anywhere between nothing and a bound that doubles with each failure. */
export function backOff(clock: Clock, failures: number, firstMs: number, mostMs: number): number {
  return clock.random() * Math.min(mostMs, firstMs * 2 ** Math.max(0, failures - 1))
}
