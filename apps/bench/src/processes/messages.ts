import { z } from 'zod'
import { usageSchema } from './usage.ts'

/** What a child says once, when it is ready to be asked. */
export const readyMessage = z.object({ type: z.literal('ready'), usage: usageSchema })

export const question = z.object({ call: z.number(), name: z.string(), input: z.unknown() })

export const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), call: z.number(), output: z.unknown() }),
  z.object({ type: z.literal('fault'), call: z.number(), why: z.string() }),
])
export type Answer = z.output<typeof answer>
