import { TIMINGS } from '../platform/timings.ts'
import { type ErrorCode, type ErrorData, type FaultReason, isServerError } from './server-error.ts'

/**
 * Why a call brought no result, sorted by what helps:
 *
 * - `refused`: the answer will be the same next time; somebody has to change something
 * - `unauthorized`: another session is needed
 * - `busy`: come back after `retryAfterMs`
 * - `broken`: the server failed at it; perhaps not next time
 * - `unanswered`: nobody knows whether it was done; asking again under the same id finds out
 */
export type FaultKind = 'refused' | 'unauthorized' | 'busy' | 'broken' | 'unanswered'

export class CallFault extends Error {
  override name = 'CallFault'
  readonly kind: FaultKind
  /** The server's code, as `NOT_FOUND`; null when there was no answer. */
  readonly code: ErrorCode | null
  /** Which of the expected errors it is (docs/errors.md); null for all others. */
  readonly reason: FaultReason | null
  /** The input field it is about. */
  readonly field: string | null
  /** When it makes sense to come back; 0 if nobody said so. */
  readonly retryAfterMs: number

  constructor(
    code: ErrorCode | null,
    message: string,
    details: Pick<ErrorData, 'reason' | 'field' | 'retryAfterMs'> = {},
  ) {
    super(message)
    this.kind = kindOf(code)
    this.code = code
    this.reason = details.reason ?? null
    this.field = details.field ?? null
    this.retryAfterMs = details.retryAfterMs ?? (this.kind === 'busy' ? TIMINGS.busyMs : 0)
  }
}

/** Whatever a call has thrown, as a fault: what is not the server's word was no answer. */
export function faultOf(error: unknown): CallFault {
  if (error instanceof CallFault) return error
  if (isServerError(error)) return new CallFault(error.data.code, error.message, error.data)
  return new CallFault(null, error instanceof Error ? error.message : String(error))
}

function kindOf(code: ErrorCode | null): FaultKind {
  switch (code) {
    case null:
    case 'TIMEOUT':
    case 'CLIENT_CLOSED_REQUEST':
    case 'BAD_GATEWAY':
    case 'GATEWAY_TIMEOUT':
      return 'unanswered'
    case 'UNAUTHORIZED':
      return 'unauthorized'
    case 'TOO_MANY_REQUESTS':
    case 'SERVICE_UNAVAILABLE':
      return 'busy'
    case 'INTERNAL_SERVER_ERROR':
      return 'broken'
    default:
      return 'refused'
  }
}
