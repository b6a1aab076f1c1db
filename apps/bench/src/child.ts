import { fork } from 'node:child_process'

export interface Child extends AsyncDisposable {
  readonly pid: number
  /** Rejects when it ends otherwise than in order. */
  readonly exited: Promise<void>
}

const STOP_WITHIN_MS = 2_000

/**
 * A process of its own, with these settings and nothing else of our environment; resolves when it says that it is
 * ready. It ends with us (`readyUntilParentEnds`). Options given to node (`--cpu-prof`) reach it too.
 */
export async function startChild(script: URL, env: Record<string, string>): Promise<Child> {
  const child = fork(script, { env: { PATH: process.env.PATH, ...env } })
  const name = script.pathname.split('/').at(-1)
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}`)),
    )
  })
  // Whoever waits hears of it; that nobody waits yet is no fault.
  exited.catch(() => {})
  await Promise.race([
    new Promise((resolve) => child.once('message', resolve)),
    exited.then(() => Promise.reject(new Error(`${name} ended before it was ready`))),
  ])
  return {
    pid: child.pid ?? 0,
    exited,
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      if (child.connected) child.disconnect()
      await exited.catch(() => {})
      clearTimeout(late)
    },
  }
}

/** For the child: says that it is ready, and ends when its parent lets go of it or is gone. */
export function readyUntilParentEnds(): void {
  // Ctrl-C reaches the whole group; who ends, and in which order, is the parent's to say.
  process.on('SIGINT', () => {})
  process.once('disconnect', () => process.exit(0))
  process.send?.('ready')
}
