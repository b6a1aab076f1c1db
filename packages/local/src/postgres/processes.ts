import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Whether a process runs. A zombie does not, though signals still "reach" it. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!hasEntry(pid)) return false
  if (process.platform !== 'linux') return true
  const line = await linuxProcess(pid)
  return line !== undefined && line.state !== 'Z' && line.state !== 'X'
}

/** Whether the process table still has the pid; true for zombies too, which is all that Postgres looks at. */
export function hasEntry(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Kills a process and its children without warning, and waits until all are gone. */
export async function killWithChildren(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await promisify(execFile)('taskkill', ['/F', '/T', '/PID', String(pid)]).catch(() => {})
    return untilGone([pid])
  }
  // Stopped first, so that it starts no child between the look and the kill.
  signal(pid, 'SIGSTOP')
  const family = [pid, ...(await childrenOf(pid))]
  for (const member of family) signal(member, 'SIGKILL')
  await untilGone(family)
}

async function untilGone(pids: number[]): Promise<void> {
  const deadline = Date.now() + 10_000
  for (const pid of pids) {
    while (await isAlive(pid)) {
      if (Date.now() > deadline) throw new Error(`Process ${pid} is still there 10 s after it was killed.`)
      await sleep(10)
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Already gone, which is what was wanted.
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
    const lines = await Promise.all(pids.map(linuxProcess))
    return lines
      .filter((line) => line !== undefined)
      .flatMap((line) => (line.parent === parent ? [line.pid] : []))
  }
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  return stdout.split('\n').flatMap((line) => {
    const [pid, ppid] = line.trim().split(/\s+/).map(Number)
    return pid !== undefined && ppid === parent ? [pid] : []
  })
}

async function linuxProcess(
  pid: number,
): Promise<{ pid: number; state: string; parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // The name stands in parentheses and may hold anything, so fields are counted from the last one.
  const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid, state, parent: Number(parent) }
}
