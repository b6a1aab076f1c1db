import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'

/** Descriptors that a process of ours may have open. Node raises its soft limit to the hard one by itself. */
function descriptorLimit(): number {
  if (process.platform === 'win32') return Number.POSITIVE_INFINITY
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit)
}

/** A process has descriptors beside its clients'. */
const SPARE_DESCRIPTORS = 500

/** How many of the clients asked for the descriptors allow, and what to say when that is fewer. */
export function withinDescriptors(asked: number): { clients: number; note: string } {
  const limit = descriptorLimit()
  return asked + SPARE_DESCRIPTORS <= limit
    ? { clients: asked, note: '' }
    : {
        clients: limit - SPARE_DESCRIPTORS,
        note: ` (${asked} need a higher limit of file descriptors than ${limit})`,
      }
}

export interface CpuTimes {
  total: number
  idle: number
  steal: number
}

/** Of all cores since the machine started, in ticks; null where the system does not say (proc(5)). */
export function cpuTimes(): CpuTimes | null {
  const times = read('/proc/stat')?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number)
  if (!times) return null
  const [, , , idle = 0, iowait = 0, , , steal = 0] = times
  return { total: times.reduce((sum, time) => sum + time, 0), idle: idle + iowait, steal }
}

export interface MachineState {
  cores: number
  node: string
  platform: string
  descriptors: number
  loadAverage: number
  /** Shares since `before`, 0 to 1; null where the system does not say. */
  cpuIdle: number | null
  cpuStolen: number | null
}

/** What the machine is, and how busy it was since `before`. */
export function machineState(before: CpuTimes | null): MachineState {
  const now = cpuTimes()
  const share = (of: 'idle' | 'steal') =>
    before && now ? (now[of] - before[of]) / (now.total - before.total) : null
  return {
    cores: availableParallelism(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    descriptors: descriptorLimit(),
    loadAverage: loadavg()[0] ?? Number.NaN,
    cpuIdle: share('idle'),
    cpuStolen: share('steal'),
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
