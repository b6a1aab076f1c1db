import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export interface ServerProcessOptions {
  /** The program: it listens on HOST and PORT, and answers `GET /readyz` with 200 when it is ready. */
  script: string
  /** Flags of node. */
  flags?: readonly string[]
  /** All the settings it gets, beside PATH, HOST and PORT: nothing leaks in from our own environment. */
  env: Record<string, string>
  onOutput?: (text: string) => void
  readyWithinMs?: number
}

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** What it printed so far, both streams; the last million characters of it. */
  output(): string
  /** Asks it to stop (SIGTERM) and gives its exit code; null when a signal ended it. Throws when it needs more than 30 s. */
  stop(): Promise<number | null>
  /** Ends it without warning (SIGKILL). */
  kill(): Promise<void>
}

/** Starts a server in a process of its own, and waits until it says that it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = options.env.PORT === undefined ? await freePort() : Number(options.env.PORT)
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [...(options.flags ?? []), options.script], {
    env: { ...fromOurs('PATH', 'SystemRoot'), HOST: '127.0.0.1', ...options.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  let output = ''
  const keep = (chunk: Buffer) => {
    const text = chunk.toString()
    output = (output + text).slice(-1_000_000)
    options.onOutput?.(text)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.once('error', (error) => {
    output += `${error.message}\n`
  })

  const end = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal)
    return exited
  }
  const stop = async () => {
    const late = setTimeout(() => child.kill('SIGKILL'), 30_000)
    const code = await end('SIGTERM')
    clearTimeout(late)
    if (child.signalCode === 'SIGKILL')
      throw new Error(`The server did not stop within 30 s of SIGTERM.\n${output}`)
    return code
  }

  try {
    await untilReady({ url, child, withinMs: options.readyWithinMs ?? 60_000 })
    if (pid === undefined) throw new Error('The server has no pid')
  } catch (error) {
    await end('SIGKILL')
    throw new Error(`${error instanceof Error ? error.message : String(error)}. It printed:\n${output}`)
  }
  return {
    url,
    port,
    pid,
    output: () => output,
    stop: () => (isRunning(child) ? stop() : exited),
    kill: async () => {
      await end('SIGKILL')
    },
    [Symbol.asyncDispose]: async () => {
      if (isRunning(child)) await stop()
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

async function untilReady(of: { url: string; child: ChildProcess; withinMs: number }): Promise<void> {
  const deadline = Date.now() + of.withinMs
  while (isRunning(of.child)) {
    const left = deadline - Date.now()
    if (left <= 0) throw new Error(`The server was not ready within ${of.withinMs / 1000} s`)
    const response = await fetch(`${of.url}/readyz`, { signal: AbortSignal.timeout(left) }).catch(
      () => undefined,
    )
    await response?.arrayBuffer().catch(() => {})
    if (response?.status === 200) return
    await sleep(50)
  }
  throw new Error(`The server ended at once (${of.child.signalCode ?? `exit code ${of.child.exitCode}`})`)
}

function fromOurs(...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
