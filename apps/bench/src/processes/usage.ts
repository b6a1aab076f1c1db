import { z } from 'zod'
import { command } from './command.ts'

export const usageSchema = z.object({
  /** User and system time of the whole process since it began. */
  cpuMicros: z.number(),
  rssBytes: z.number(),
})
export type Usage = z.output<typeof usageSchema>

/** What the process has used so far. */
export const usage = command('usage', z.null(), usageSchema)

/** Bytes of live objects: what a full garbage collection leaves. */
export const liveHeap = command('liveHeap', z.null(), z.number())
