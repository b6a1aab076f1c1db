import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Command } from './command.ts'
import { type Answer, question } from './messages.ts'
import { liveHeap, type Usage, usage } from './usage.ts'

export interface Handler {
  name: string
  run: (input: unknown) => Promise<unknown>
}

/** What this process does when it is asked to. */
export function handle<Input, Output>(
  { name, input, output }: Command<Input, Output>,
  run: (input: Input) => Output | Promise<Output>,
): Handler {
  return { name, run: async (given) => output.parse(await run(input.parse(given))) }
}

/**
 * For a child process: says that it is ready, answers its parent, and ends when the parent lets go of it or is gone.
 * Usage and live heap are answered by every child.
 */
export function serveParent(handlers: readonly Handler[] = []): void {
  const all = [
    ...handlers,
    handle(usage, () => currentUsage()),
    handle(liveHeap, () => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    }),
  ]
  // Ctrl-C reaches the whole group; who ends, and in which order, is the parent's to say.
  process.on('SIGINT', () => {})
  process.once('disconnect', () => process.exit(0))
  process.on('message', async (message) => {
    const { call, name, input } = question.parse(message)
    process.send?.(await answerTo(call, all.find((handler) => handler.name === name)?.run, input))
  })
  process.send?.({ type: 'ready', usage: currentUsage() })
}

async function answerTo(call: number, run: Handler['run'] | undefined, input: unknown): Promise<Answer> {
  try {
    if (!run) throw new Error('Nothing that this process does')
    return { type: 'answer', call, output: await run(input) }
  } catch (error) {
    return {
      type: 'fault',
      call,
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}

function currentUsage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
