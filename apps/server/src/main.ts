import { setImmediate } from 'node:timers/promises'

/**
 * A stop that is asked for counts from the first moment: reading the rest of the program takes most of a second, in which a
 * signal without a listener would end the process with no exit code of ours.
 */
const stopping = new AbortController()
const asked = new Promise<NodeJS.Signals>((resolve) => {
  // Heard for good: what runs us may pass on the signal that we have had from the terminal already, and without a
  // listener the second one would end us in the middle of stopping.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      resolve(name)
      stopping.abort()
    })
  }
})

const { run } = await import('./run.ts')
// The event loop stood still meanwhile: a signal that came is told now, before anything is started.
await setImmediate()
await run({ asked, signal: stopping.signal })
