import { z } from 'zod'
import { command } from '../processes/command.ts'
import { personSchema } from './dialect.ts'

const nothing = z.undefined()

const serverSchema = z.discriminatedUnion('speaks', [
  z.object({
    speaks: z.literal('trpc'),
    port: z.number(),
    epoch: z.string(),
    publicUrl: z.string(),
    cookie: z.string(),
  }),
  z.object({ speaks: z.literal('bare'), port: z.number() }),
])
/** How a process of the load reaches a server. */
export type Address = z.output<typeof serverSchema>

const sampleSchema = z.object({
  messages: z.number(),
  seconds: z.number(),
  latenciesMs: z.instanceof(Float64Array),
  lateMs: z.instanceof(Float64Array),
  inboxFrames: z.number(),
})

/** Which server all that follows is about. */
export const useServer = command('useServer', serverSchema, nothing)

/** Both parties of each of these chats follow it, on two sockets; so many agents hear the inbox. */
export const join = command('join', z.object({ people: z.array(personSchema), agents: z.number() }), nothing)

/** One socket per person that only follows, resuming behind `after`. */
export const follow = command(
  'follow',
  z.object({ people: z.array(personSchema), after: z.number() }),
  nothing,
)

/** Sends in the chats that were joined. @throws what the ledger found to be wrong */
export const traffic = command(
  'traffic',
  z.object({
    loop: z.discriminatedUnion('type', [
      z.object({ type: z.literal('closed'), inFlight: z.number() }),
      z.object({ type: z.literal('open'), perSecond: z.number() }),
    ]),
    ms: z.number(),
  }),
  sampleSchema,
)

/** Ends the traffic under way, whose sample is then answered. */
export const stopTraffic = command('stopTraffic', z.null(), nothing)

/** See load/storm.ts. */
export const lose = command('lose', z.object({ cut: z.boolean(), missed: z.number() }), nothing)
export const comeBack = command(
  'comeBack',
  z.null(),
  z.object({
    backAt: z.instanceof(Float64Array),
    tookMs: z.instanceof(Float64Array),
    failedAttempts: z.record(z.string(), z.number()),
    busyAnswers: z.number(),
  }),
)

/** Closes all sockets in order. */
export const leaveAll = command('leaveAll', z.null(), nothing)
