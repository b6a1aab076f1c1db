import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** CPU time that a process has used, in microseconds; null where the system does not say (proc(5)). */
export function cpuMicros(pid: number): number | null {
  const fields = read(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ')
  return fields ? ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000_000 : null
}

export interface CpuTimes {
  total: number
  idle: number
  steal: number
}

/** Of all cores since the machine started, in ticks; null where the system does not say. */
export function cpuTimes(): CpuTimes | null {
  const times = read('/proc/stat')?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number)
  if (!times) return null
  const [, , , idle = 0, iowait = 0, , , steal = 0] = times
  return { total: times.reduce((sum, time) => sum + time, 0), idle: idle + iowait, steal }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
