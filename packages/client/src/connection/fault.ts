import { TIMINGS } from '../platform/timings.ts'

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
  readonly code: string | null
  readonly retryAfterMs: number

  constructor(code: string | null, message: string, retryAfterMs?: number) {
    super(message)
    this.kind = kindOf(code)
    this.code = code
    this.retryAfterMs = retryAfterMs ?? (this.kind === 'busy' ? TIMINGS.busyMs : 0)
  }
}

/** Whatever was thrown, as a fault: what is not one already was no answer. */
export function faultOf(error: unknown): CallFault {
  if (error instanceof CallFault) return error
  return new CallFault(null, error instanceof Error ? error.message : String(error))
}

function kindOf(code: string | null): FaultKind {
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
