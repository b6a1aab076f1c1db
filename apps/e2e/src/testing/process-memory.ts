import { existsSync, readFileSync } from 'node:fs'

/** Systems without it (macOS) have no way to be asked that is as plain. */
export const HAS_PROC = existsSync('/proc/self/status')

/** Resident memory of a process, in bytes (proc(5)). */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
