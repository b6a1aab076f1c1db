import { TRPCError } from '@trpc/server'
import type { RawData } from 'ws'
import type { Overload } from './adapter.ts'
import { type Admission, admit, count } from './admission.ts'
import type { Connection } from './connection.ts'
import { PONG } from './encoding.ts'
import { headOfUnread, NO_REQUEST, readEnvelope } from './envelope.ts'
import type { Limits } from './limits.ts'

/** Reads one frame of a socket and does what it asks for. Never throws. */
export function receive<Context>(connection: Connection<Context>, data: RawData, isBinary: boolean): void {
  if (!connection.spend()) return
  const { context } = connection
  const text = isBinary || !Buffer.isBuffer(data) ? null : data.toString('utf8')
  // In line with the answers: a client takes a PONG as a sign that all before it has arrived.
  if (text === 'PING') connection.send(PONG)
  else if (text === 'PONG') return
  else if (context.type === 'expected') context.identification.present(text)
  else if (text !== null) readMessage(connection, text)
  else refuse(connection, NO_REQUEST, parseError(new Error('Messages are JSON in text frames')))
}

function readMessage<Context>(connection: Connection<Context>, text: string): void {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (cause) {
    refuse(connection, NO_REQUEST, parseError(cause))
    return
  }
  const batch: readonly unknown[] = Array.isArray(message) ? message : [message]
  if (batch.length > connection.adapter.limits.callsPerFrame) refuseBatch(connection, batch)
  else readAll(connection, batch)
}

function readAll<Context>(connection: Connection<Context>, batch: readonly unknown[]): void {
  const { limits, parseInput } = connection.adapter
  const admissions: Admission<Context>[] = []
  const turnedAway = new Map<Overload, string[]>()
  for (const [index, raw] of batch.entries()) {
    const envelope = readEnvelope(raw, index, parseInput, limits)
    if (envelope.kind === 'call') {
      const counted = count(connection, envelope.call)
      if (typeof counted === 'string') listUnder(turnedAway, counted, envelope.call.head)
      else if (counted) admissions.push(counted)
    } else if (envelope.kind === 'stop') connection.subscriptions.get(envelope.id)?.stop()
    else refuse(connection, envelope.head, envelope.fault, envelope.isReported)
  }
  const { context } = connection
  // What a frame has too much of is refused with one error each: formatting one costs more than many a call.
  for (const [reason, heads] of turnedAway) {
    connection.failAll(heads, connection.adapter.overload(reason, connection.ctx))
  }
  if (context.type === 'ready') admit(connection, context.ctx, admissions)
  else if (context.type === 'pending') context.waiting.push(...admissions)
}

function listUnder<Key>(lists: Map<Key, string[]>, key: Key, text: string): void {
  const list = lists.get(key)
  if (list) list.push(text)
  else lists.set(key, [text])
}

/** Every request of the batch hears of it, so that no client waits for ever; none of them is read. */
function refuseBatch<Context>(connection: Connection<Context>, batch: readonly unknown[]): void {
  const { adapter } = connection
  connection.failAll(headsOf(batch, adapter.limits), adapter.overload('batchTooLarge', connection.ctx))
}

/** The heads that have to be answered, at least one. Read one by one: a frame has room for 30,000 envelopes. */
function* headsOf(batch: readonly unknown[], limits: Limits): Generator<string> {
  let isAnswered = false
  for (const raw of batch) {
    const head = headOfUnread(raw, limits)
    if (head === null) continue
    isAnswered = true
    yield head
  }
  if (!isAnswered) yield NO_REQUEST
}

/** Answers what makes no sense. It costs the sender more than a frame that does. */
function refuse<Context>(
  connection: Connection<Context>,
  head: string,
  error: TRPCError,
  isReported = false,
): void {
  if (connection.spend()) connection.failUnread(head, error, undefined, isReported)
}

function parseError(cause: unknown): TRPCError {
  return new TRPCError({ code: 'PARSE_ERROR', cause })
}
