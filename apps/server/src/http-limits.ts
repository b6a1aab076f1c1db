import { createHash } from 'node:crypto'
import { addressKey, Refusal } from '@acme/api/server'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Calls over HTTP in a minute; in this process, in memory. */
export interface HttpLimits {
  perSession: number
  /** For all who share it: without it, whoever makes up tokens would have a session's worth with each. */
  perAddress: number
}

/** An agent who searches makes some ten calls a minute; an office behind one address has a hundred of them. */
const HTTP_LIMITS: HttpLimits = { perSession: 600, perAddress: 6_000 }
const MINUTE_MS = 60_000

/** Keys that each limit keeps at most; beyond it the one unused for longest is forgotten. */
const MAX_KEYS = 50_000

/** What counts calls over HTTP, in two steps. Both throw a Refusal rate_limited. */
export interface CallLimits {
  /** Before anything is looked up: counts the address, and refuses a session that has used up its calls. */
  arrived: (request: FastifyRequest) => Promise<void>
  /**
   * Counts the session, once it is known to be one. Tokens that are made up get no counter of their own: enough of them
   * would push out those of real sessions.
   */
  authenticated: (request: FastifyRequest) => Promise<void>
}

/** `tokenOf` gives the session's token that a request presents; null counts by its address alone. */
export async function createCallLimits(
  scope: FastifyInstance,
  tokenOf: (request: FastifyRequest) => string | null,
  { perSession, perAddress }: HttpLimits = HTTP_LIMITS,
): Promise<CallLimits> {
  await scope.register(rateLimit, { global: false })
  const limit = { timeWindow: MINUTE_MS, cache: MAX_KEYS }
  const address = scope.createRateLimit({
    ...limit,
    max: perAddress,
    keyGenerator: ({ ip }) => addressKey(ip),
  })
  const session = scope.createRateLimit({
    ...limit,
    max: perSession,
    keyGenerator: (request) => hash(tokenOf(request) ?? ''),
    allowList: (request) => tokenOf(request) === null,
  })
  // One after the other: the plugin's store (11.2) hands out one object per key and the count is read from it a tick
  // later, so that of calls counted in the same tick each would have the number of the last.
  let counting: Promise<unknown> = Promise.resolve()
  const inTurn = (count: () => Promise<Counted>): Promise<Counted> => {
    const counted = counting.then(count)
    counting = counted.catch(() => {})
    return counted
  }
  return {
    async arrived(request) {
      refuseExceeded(await inTurn(() => address(request)))
      refuseExceeded(await inTurn(() => session(request, { increment: false })))
    },
    async authenticated(request) {
      refuseExceeded(await inTurn(() => session(request)))
    },
  }
}

type Counted = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>

function refuseExceeded(counted: Counted): void {
  if (!counted.isAllowed && counted.isExceeded)
    throw new Refusal('rate_limited', { retryAfterMs: counted.ttl })
}

/** So that no token is kept in memory. */
function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
