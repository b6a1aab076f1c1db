import { getTRPCErrorFromUnknown } from '@trpc/server'
import type { Connection } from './connection.ts'
import type { Call } from './envelope.ts'
import { type Failure, failureBody } from './failure.ts'

/** What is known of a request that an error is about. */
export type About = Pick<Failure<unknown>, 'type' | 'path' | 'input'>

const NO_CALL: About = { type: 'unknown', path: undefined, input: undefined }

/** A request of which only as much was read as its refusal needs. */
export interface Refused extends Pick<About, 'type' | 'path'> {
  /** Everything of its answer in front of the error. */
  head: string
}

/** Answers a call with an error. */
export function fail<Context>(connection: Connection<Context>, call: Call, cause: unknown): void {
  failUnread(connection, call.head, cause, call)
}

/** Answers what could not be read as a call, or not wholly. */
export function failUnread<Context>(
  connection: Connection<Context>,
  head: string,
  cause: unknown,
  about: About = NO_CALL,
  isReported = true,
): void {
  const failure = failureOf(connection, cause, about)
  if (isReported) tell(connection, failure)
  if (connection.isOpen) connection.send(head + bodyOf(connection, failure))
}

/**
 * Answers many requests with one error, as many of them as the peer may still cost. It is formatted once for all that
 * ask for the same: formatting one costs more than many a call.
 */
export function failAll<Context>(
  connection: Connection<Context>,
  requests: Iterable<Refused>,
  cause: unknown,
): void {
  const error = getTRPCErrorFromUnknown(cause)
  const bodies = new Map<string, string>()
  for (const { head, type, path } of requests) {
    if (!connection.spend()) return
    const failure = failureOf(connection, error, { type, path, input: undefined })
    tell(connection, failure)
    const key = `${type} ${path}`
    const body = bodies.get(key) ?? bodyOf(connection, failure)
    bodies.set(key, body)
    connection.send(head + body)
  }
}

/** Reports an error that nobody is answered with. */
export function report<Context>(
  connection: Connection<Context>,
  cause: unknown,
  about: About = NO_CALL,
): void {
  tell(connection, failureOf(connection, cause, about))
}

function failureOf<Context>(
  { ctx }: Connection<Context>,
  cause: unknown,
  { type, path, input }: About,
): Failure<Context> {
  return { error: getTRPCErrorFromUnknown(cause), type, path, input, ctx }
}

function bodyOf<Context>(connection: Connection<Context>, failure: Failure<Context>): string {
  const { router, encoding } = connection.adapter
  return failureBody(failure, router, encoding, (other) => tell(connection, other))
}

/** The server's own callback must not break a socket. */
function tell<Context>({ adapter, socket }: Connection<Context>, failure: Failure<Context>): void {
  try {
    adapter.onError({ ...failure, socket })
  } catch {
    // There is nobody left to tell.
  }
}
