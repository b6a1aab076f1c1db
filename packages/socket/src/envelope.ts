import { TRPCError, type TRPCProcedureType } from '@trpc/server'
import type { Limits } from './limits.ts'
import type { About } from './refuse.ts'

export type RequestId = number | string

/** A query, a mutation or a subscription that a client asks for. */
export interface Call {
  type: TRPCProcedureType
  path: string
  input: unknown
  /** Everything of an answer in front of its result: `{"id":3,` */
  head: string
  id: RequestId
  /** Where it stood in its frame. */
  index: number
}

export type Envelope =
  | { kind: 'call'; call: Call }
  | { kind: 'stop'; id: RequestId }
  /** Not a request. `head` bears its id if that much could be read, `about` the call that it asks for. */
  | { kind: 'bad'; head: string; fault: TRPCError; isReported: boolean; about?: About }

/** The head of an answer that belongs to no request. */
export const NO_REQUEST = '{"id":null,'

/**
 * Reads one envelope of a frame; never throws.
 *
 * The messages are those of tRPC's own parser, but a fault is answered under the envelope's own id, and one bad
 * envelope does not take the others of its frame with it.
 */
export function readEnvelope(
  raw: unknown,
  index: number,
  parseInput: (input: unknown) => unknown,
  { requestIdLength }: Pick<Limits, 'requestIdLength'>,
): Envelope {
  if (!isRecord(raw)) return bad(NO_REQUEST, new Error('Not an object'))
  const { id, jsonrpc, method, params } = raw
  if (id !== null && !isRequestId(id, requestIdLength))
    return bad(NO_REQUEST, new Error('Invalid request id'))
  if (jsonrpc !== undefined && jsonrpc !== '2.0') return bad(headOf(id), new Error('Must be JSONRPC 2.0'))
  const head = headOf(id, jsonrpc)
  if (method === 'subscription.stop') return id === null ? withoutId(head) : { kind: 'stop', id }
  if (!isProcedureType(method)) return bad(head, new Error('Invalid procedure type'))
  if (!isRecord(params)) return bad(head, new Error('Not an object'))
  const { path, lastEventId } = params
  if (typeof path !== 'string') return bad(head, new Error('Invalid string'))
  if (lastEventId !== undefined && typeof lastEventId !== 'string')
    return bad(head, new Error('Invalid string'))
  let input: unknown
  try {
    input = parseInput(params.input)
  } catch (cause) {
    return { ...bad(head, cause), about: { type: method, path, input: undefined } }
  }
  if (id === null) return withoutId(head)
  if (lastEventId !== undefined) input = resumed(input, lastEventId)
  return { kind: 'call', call: { type: method, path, input, head, id, index } }
}

/** The id of an envelope that is answered without being read any further. */
export function headOfUnread(
  raw: unknown,
  { requestIdLength }: Pick<Limits, 'requestIdLength'>,
): string | null {
  if (!isRecord(raw) || raw.method === 'subscription.stop') return null
  const { id, jsonrpc } = raw
  return isRequestId(id, requestIdLength) ? headOf(id, jsonrpc) : null
}

/** What a subscription resumes behind is part of its input. */
function resumed(input: unknown, lastEventId: string): unknown {
  if (isRecord(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}

function headOf(id: RequestId | null, jsonrpc?: unknown): string {
  const text = typeof id === 'string' ? JSON.stringify(id) : String(id)
  return jsonrpc === '2.0' ? `{"id":${text},"jsonrpc":"2.0",` : `{"id":${text},`
}

function bad(head: string, cause: unknown): Envelope & { kind: 'bad' } {
  return { kind: 'bad', head, fault: new TRPCError({ code: 'PARSE_ERROR', cause }), isReported: false }
}

function withoutId(head: string): Envelope {
  return {
    kind: 'bad',
    head,
    fault: new TRPCError({ code: 'PARSE_ERROR', message: '`id` is required' }),
    isReported: true,
  }
}

function isProcedureType(method: unknown): method is TRPCProcedureType {
  return method === 'query' || method === 'mutation' || method === 'subscription'
}

function isRequestId(id: unknown, maxLength: number): id is RequestId {
  return typeof id === 'string' ? id.length <= maxLength : Number.isFinite(id)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
