import type { AppRouter } from '@acme/api'
import { TRPCClientError } from '@trpc/client'

type RouterError = TRPCClientError<AppRouter>

/** What the server says of an error, as its error formatter makes it. */
export type ErrorData = NonNullable<RouterError['data']>
/** tRPC's code, as `NOT_FOUND`. */
export type ErrorCode = ErrorData['code']

/** Which of the expected errors it is. */
export type FaultReason = NonNullable<ErrorData['reason']>

/** An error that the server has answered with. */
export type ServerError = RouterError & { readonly data: ErrorData }

/** Whether the server has answered with this error. Everything else that a call throws means that there was no answer. */
export function isServerError(error: unknown): error is ServerError {
  if (!(error instanceof TRPCClientError)) return false
  // A proxy on the way may answer in our server's place.
  const data: unknown = error.data
  return typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string'
}
