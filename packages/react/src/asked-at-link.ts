import type { AppRouter } from '@acme/api'
import type { TRPCLink } from '@trpc/client'
import { map } from '@trpc/server/observable'

/** An answer that tells when it was asked for. */
export interface Asked {
  /** `performance.now()`: the answer is newer than everything that was heard before. */
  askedAt?: number
}

/**
 * Puts `askedAt` into the answers to queries that want it (`trpc: { context: { askedAt: true } }`). React Query
 * remembers when an answer came, and one time for all pages of a list.
 */
export const askedAtLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    if (op.context.askedAt !== true) return next(op)
    const askedAt = performance.now()
    return next(op).pipe(
      map(({ result, ...rest }) => {
        if (!('data' in result) || typeof result.data !== 'object') return { result, ...rest }
        return { result: { ...result, data: { ...result.data, askedAt } }, ...rest }
      }),
    )
  }
