import { z } from 'zod'
import { personSchema } from '../load/dialect.ts'
import { command } from '../processes/command.ts'

export const FLOODS = [
  'calls',
  'subscriptions',
  'history',
  'resuming',
  'strangers',
  'sessions',
  'logIns',
  'uploads',
] as const
export type FloodName = (typeof FLOODS)[number]

const nothing = z.undefined()

/** Begins a flood of a port; answered when it has begun in earnest. */
export const beginFlood = command(
  'beginFlood',
  z.object({ name: z.enum(FLOODS), port: z.number(), epoch: z.string(), attacker: personSchema }),
  nothing,
)
export const endFlood = command('endFlood', z.null(), z.object({ sent: z.number(), refused: z.number() }))

/** Lets newcomers arrive one after the other until `endNewcomers`, from the `from`-th loopback address on. */
export const beginNewcomers = command(
  'beginNewcomers',
  z.object({ port: z.number(), from: z.number() }),
  nothing,
)
export const endNewcomers = command(
  'endNewcomers',
  z.null(),
  z.object({ tookMs: z.instanceof(Float64Array), failures: z.array(z.string()), next: z.number() }),
)

/** Begins to take connections and whatever comes on them, and does nothing with it; answers its port. */
export const listenBare = command('listenBare', z.null(), z.object({ port: z.number() }))
