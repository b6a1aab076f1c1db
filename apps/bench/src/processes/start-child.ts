import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Command } from './command.ts'
import { type Answer, answer, readyMessage } from './messages.ts'

export interface Child extends AsyncDisposable {
  readonly pid: number
  /** From the fork until it said that it was ready. */
  readonly ready: { wallMs: number; cpuMicros: number }
  /** Throws what the child threw, and when it ends without an answer. */
  ask<Input, Output>(command: Command<Input, Output>, input: Input): Promise<Output>
  /** Ends it without warning (SIGKILL). */
  kill(): Promise<void>
}

const STOP_WITHIN_MS = 5_000

export interface StartChildOptions {
  env: Record<string, string>
  signal: AbortSignal
  /** Of node, beside our own. */
  flags?: readonly string[]
}

/**
 * Starts a process of its own with these settings and nothing else of our environment; resolves when it is ready.
 * `signal` ends it at once, and it ends with us (`serveParent`). Options given to node (`--cpu-prof`) reach it too.
 *
 * @throws Error when it ends before it is ready
 */
export async function startChild(
  script: URL,
  { env, signal, flags = [] }: StartChildOptions,
): Promise<Child> {
  const begun = performance.now()
  const child = fork(fileURLToPath(script), {
    env: { PATH: process.env.PATH, ...env },
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...flags],
    signal,
    killSignal: 'SIGKILL',
  })
  const name = script.pathname.split('/').at(-1)
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, endedBy) =>
      reject(new Error(`${name} ended with ${endedBy ?? `exit code ${code}`}`)),
    )
  })
  // Whoever waits hears of it; that nobody waits yet is no fault.
  ended.catch(() => {})

  const [first] = await Promise.race([once(child, 'message'), ended])
  const ready = { wallMs: performance.now() - begun, cpuMicros: readyMessage.parse(first).usage.cpuMicros }

  const waiting = new Map<number, (came: Answer) => void>()
  let calls = 0
  child.on('message', (message) => {
    const came = answer.parse(message)
    waiting.get(came.call)?.(came)
    waiting.delete(came.call)
  })
  const end = async (signal: () => void) => {
    if (child.exitCode === null && child.signalCode === null) signal()
    await ended.catch(() => {})
  }
  return {
    pid: child.pid ?? 0,
    ready,
    async ask({ name: asked, output }, input) {
      const call = ++calls
      const came = new Promise<Answer>((resolve) => waiting.set(call, resolve))
      child.send({ call, name: asked, input })
      const outcome = await Promise.race([came, ended])
      if (outcome.type === 'fault') throw new Error(`${name}, ${asked}: ${outcome.why}`)
      return output.parse(outcome.output)
    },
    kill: () => end(() => child.kill('SIGKILL')),
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await end(() => child.connected && child.disconnect())
      clearTimeout(late)
    },
  }
}
