import {
  type AnyTRPCRouter,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type TRPCError,
  type TRPCErrorShape,
  type TRPCProcedureType,
} from '@trpc/server'
import type { Encoding } from './shared.ts'

/** An error and the call it belongs to. */
export interface Failure<Context> {
  error: TRPCError
  type: TRPCProcedureType | 'unknown'
  path: string | undefined
  input: unknown
  ctx: Context | undefined
}

/** What a client gets when its error can't be formatted or encoded. It says nothing of the error. */
const FALLBACK: TRPCErrorShape = {
  code: -32603,
  message: 'Internal server error',
  data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
}

/**
 * The body of an error answer, in the shape that the router's error formatter gives it. Never throws: a formatter or
 * a transformer that does is reported.
 */
export function failureBody<Context>(
  failure: Failure<Context>,
  router: AnyTRPCRouter,
  encoding: Encoding,
  report: (failure: Failure<Context>) => void,
): string {
  try {
    return encoding.error(getTRPCErrorShape({ config: router._def._config, ...failure }))
  } catch (cause) {
    report({ ...failure, error: getTRPCErrorFromUnknown(cause) })
  }
  try {
    return encoding.error(FALLBACK)
  } catch {
    return `"error":${JSON.stringify(FALLBACK)}}`
  }
}
