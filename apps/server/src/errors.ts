import { errorIdOf, refusalOf } from '@acme/api/server'
import type { TRPCError } from '@trpc/server'
import type { FastifyBaseLogger } from 'fastify'
import type { Metrics } from './metrics.ts'
import type { Outage } from './outage.ts'

export type ReportError = (error: TRPCError, call: { path: string | undefined; type: string }) => void

/** Counts every error; logs once what was not expected, with the id that its client was told. */
export function createReportError(log: FastifyBaseLogger, metrics: Metrics, outage: Outage): ReportError {
  return (error, call) => {
    const refusal = refusalOf(error)
    metrics.failedCalls.inc({ code: refusal?.code ?? error.code })
    if (refusal?.reason === 'unavailable') outage.noticed(refusal.cause)
    if (refusal || error.code !== 'INTERNAL_SERVER_ERROR') {
      log.debug({ ...call, code: refusal?.code ?? error.code, reason: refusal?.reason }, 'call refused')
    } else {
      log.error({ ...call, errorId: errorIdOf(error), err: error.cause ?? error }, 'call failed')
    }
  }
}
