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

export type LimitCall = (request: FastifyRequest) => Promise<void>

/**
 * Makes what counts a call before anything is looked up for it. `tokenOf` gives the session's token that a request
 * presents; null counts by its address alone.
 *
 * The result throws a Refusal rate_limited.
 */
export async function limitHttpCalls(
  scope: FastifyInstance,
  tokenOf: (request: FastifyRequest) => string | null,
  { perSession, perAddress }: HttpLimits = HTTP_LIMITS,
): Promise<LimitCall> {
  await scope.register(rateLimit, { global: false })
  const counts = [
    scope.createRateLimit({
      max: perAddress,
      timeWindow: MINUTE_MS,
      keyGenerator: ({ ip }) => addressKey(ip),
    }),
    scope.createRateLimit({
      max: perSession,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => hash(tokenOf(request) ?? ''),
      allowList: (request) => tokenOf(request) === null,
    }),
  ]
  return async (request) => {
    for (const count of counts) {
      const counted = await count(request)
      if (counted.isAllowed || !counted.isExceeded) continue
      throw new Refusal('rate_limited', { retryAfterMs: counted.ttl })
    }
  }
}

/** So that no token is kept in memory. */
function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
