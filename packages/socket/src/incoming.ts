import { TRPCError } from '@trpc/server'
import type { RawData } from 'ws'
import type { Overload } from './adapter.ts'
import { type Admission, admit, count } from './admission.ts'
import type { Connection } from './connection.ts'
import { PONG } from './encoding.ts'
import { type Call, headOfUnread, NO_REQUEST, readEnvelope } from './envelope.ts'
import type { Limits } from './limits.ts'
import { type About, failAll, failUnread, type Refused } from './refuse.ts'

/** Reads one frame of a socket and does what it asks for. Never throws. */
export function receive<Context>(connection: Connection<Context>, data: RawData, isBinary: boolean): void {
  if (!connection.spend()) return
  const { context } = connection
  const text = isBinary || !Buffer.isBuffer(data) ? null : data.toString('utf8')
  // In line with the answers: a client takes a PONG as a sign that all before it has arrived.
  if (text === 'PING') connection.send(PONG)
  else if (text === 'PONG') return
  else if (context.type === 'expected') context.identification.present(text)
  else if (text !== null && context.type === 'pending') {
    context.frames.push(text)
    context.length += text.length
    if (context.length > connection.adapter.limits.waitingLength) connection.socket.pause()
  } else if (text !== null) readText(connection, text)
  else refuse(connection, NO_REQUEST, parseError(new Error('Messages are JSON in text frames')))
}

/** Reads a frame of text and does what it asks for. */
export function readText<Context>(connection: Connection<Context>, text: string): void {
  const batch = parse(connection, text)
  if (!batch) return
  if (batch.length > connection.adapter.limits.callsPerFrame) refuseBatch(connection, batch)
  else readAll(connection, batch)
}

/** Answers every call of a frame of text with an error; nothing else of it is read. */
export function refuseText<Context>(connection: Connection<Context>, text: string, error: TRPCError): void {
  const batch = parse(connection, text)
  if (batch) failAll(connection, callsOf(batch, connection.adapter.limits), error)
}

/** The envelopes of a frame; null, and answered, when it is no JSON. */
function parse<Context>(connection: Connection<Context>, text: string): readonly unknown[] | null {
  try {
    const message: unknown = JSON.parse(text)
    return Array.isArray(message) ? message : [message]
  } catch (cause) {
    refuse(connection, NO_REQUEST, parseError(cause))
    return null
  }
}

function* callsOf(batch: readonly unknown[], limits: Limits): Generator<Refused> {
  for (const [index, raw] of batch.entries()) {
    const envelope = readEnvelope(raw, index, (input) => input, limits)
    if (envelope.kind === 'call') yield envelope.call
  }
}

function readAll<Context>(connection: Connection<Context>, batch: readonly unknown[]): void {
  const { limits, parseInput } = connection.adapter
  const admissions: Admission<Context>[] = []
  const turnedAway = new Map<Overload, Call[]>()
  for (const [index, raw] of batch.entries()) {
    const envelope = readEnvelope(raw, index, parseInput, limits)
    if (envelope.kind === 'call') {
      const counted = count(connection, envelope.call)
      if (typeof counted === 'string') listUnder(turnedAway, counted, envelope.call)
      else if (counted) admissions.push(counted)
    } else if (envelope.kind === 'stop') connection.subscriptions.get(envelope.id)?.stop()
    else refuse(connection, envelope.head, envelope.fault, envelope.about, envelope.isReported)
  }
  const { context } = connection
  for (const [reason, calls] of turnedAway) {
    failAll(connection, calls, connection.adapter.overload(reason, connection.ctx))
  }
  if (context.type === 'ready') admit(connection, context.ctx, admissions)
}

function listUnder<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

/** Every request of the batch hears of it, so that no client waits for ever; none of them is read. */
function refuseBatch<Context>(connection: Connection<Context>, batch: readonly unknown[]): void {
  const { adapter } = connection
  failAll(connection, requestsOf(batch, adapter.limits), adapter.overload('batchTooLarge', connection.ctx))
}

/** What has to be answered, at least one. Read one by one: a frame has room for 30,000 envelopes. */
function* requestsOf(batch: readonly unknown[], limits: Limits): Generator<Refused> {
  let isAnswered = false
  for (const raw of batch) {
    const head = headOfUnread(raw, limits)
    if (head === null) continue
    isAnswered = true
    yield unread(head)
  }
  if (!isAnswered) yield unread(NO_REQUEST)
}

function unread(head: string): Refused {
  return { head, type: 'unknown', path: undefined }
}

/** Answers what makes no sense. It costs the sender more than a frame that does. */
function refuse<Context>(
  connection: Connection<Context>,
  head: string,
  error: TRPCError,
  about?: About,
  isReported = false,
): void {
  if (connection.spend()) failUnread(connection, head, error, about, isReported)
}

function parseError(cause: unknown): TRPCError {
  return new TRPCError({ code: 'PARSE_ERROR', cause })
}
