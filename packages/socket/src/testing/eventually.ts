import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when `done` holds; the test's own time-out is the limit. */
export async function eventually(done: () => boolean): Promise<void> {
  while (!done()) await sleep(5)
}
