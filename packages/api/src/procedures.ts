import { isConnectionLost, isPoolExhausted, isTransient } from '@acme/db'
import { initTRPC, TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError } from 'zod'
import type { Context } from './context.ts'
import { type Reason, Refusal } from './errors.ts'
import { transformer } from './transformer.ts'

const t = initTRPC.context<Context>().create({
  transformer,
  // Stack traces stay here, whatever NODE_ENV says.
  isDev: false,
  errorFormatter({ shape, error }) {
    const { code, message, details } = describe(error)
    const known = new TRPCError({ code, message })
    return {
      message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: {
        code,
        httpStatus: getHTTPStatusCodeFromError(known),
        path: shape.data.path ?? null,
        ...details,
      },
    }
  },
})

interface ErrorDetails {
  /** Which of the expected errors it is; see docs/errors.md. */
  reason?: Reason | 'input_invalid'
  /** The input field it is about. */
  field?: string
  /** When to come back. */
  retryAfterMs?: number
  /** Of an unexpected error: the id under which it stands in the log. */
  errorId?: string
}

type ErrorCode = TRPCError['code']

/** In characters. */
const MAX_MESSAGE = 200

/** What a client may know of an error. */
function describe(error: TRPCError): { code: ErrorCode; message: string; details: ErrorDetails } {
  const refusal = refusalOf(error)
  if (refusal) {
    const { code, message, reason, details } = refusal
    return { code, message, details: { reason, ...details } }
  }
  if (error.cause instanceof ZodError) {
    const [issue] = error.cause.issues
    const field = issue?.path.join('.') ?? ''
    const said = field ? `${field}: ${issue?.message}` : (issue?.message ?? 'The input is not valid.')
    // It repeats what was sent: the names of fields that nobody asked for.
    const message = said.slice(0, MAX_MESSAGE)
    return { code: 'BAD_REQUEST', message, details: { reason: 'input_invalid', ...(field && { field }) } }
  }
  if (error.code !== 'INTERNAL_SERVER_ERROR') {
    // tRPC's own: unknown paths, wrong methods, bodies and frames that are no JSON.
    const isInput = error.code === 'BAD_REQUEST' || error.code === 'PARSE_ERROR'
    const message = error.message.slice(0, MAX_MESSAGE)
    return { code: error.code, message, details: isInput ? { reason: 'input_invalid' } : {} }
  }
  const errorId = errorIdOf(error)
  return {
    code: error.code,
    message: `Something went wrong on our side (${errorId}). Try again.`,
    details: { errorId },
  }
}

/** The expected error behind what tRPC reports; null for a fault of ours. */
export function refusalOf({ cause }: TRPCError): Refusal | null {
  if (cause instanceof Refusal) return cause
  if (isPoolExhausted(cause)) return new Refusal('busy', { retryAfterMs: 1_000 }, { cause })
  return isConnectionLost(cause) || isTransient(cause)
    ? new Refusal('unavailable', { retryAfterMs: 1_000 }, { cause })
    : null
}

const errorIds = new WeakMap<TRPCError, string>()

/** The id that both the log and the client get to see of an unexpected error. */
export function errorIdOf(error: TRPCError): string {
  const id = errorIds.get(error) ?? crypto.randomUUID()
  errorIds.set(error, id)
  return id
}

export const createRouter = t.router

/** Who may call it, and over what, is said by its resolver (guards.ts). */
export const procedure = t.procedure
