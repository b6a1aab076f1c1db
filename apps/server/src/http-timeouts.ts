import type { Server } from 'node:http'
import type { FastifyHttpOptions } from 'fastify'

/** How long one HTTP connection may take for each of its parts, in milliseconds. */
export interface HttpTimeouts {
  /** From the connection, or the first byte of a later request, to the end of its headers. */
  headersMs: number
  /** From the first byte of a request to the last byte of its body. */
  requestMs: number
  /** Without a byte in either direction while a request is answered: a peer that does not read is let go. */
  stalledMs: number
  /** Between two requests; Node adds a second. Longer than proxies keep theirs, so that the proxy ends first and no request is lost. */
  idleMs: number
}

export const HTTP_TIMEOUTS: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 15_000,
  stalledMs: 20_000,
  idleMs: 72_000,
}

/** Node checks its own time-outs only every 30 s. */
const CHECK_EVERY_MS = 1_000

/** As Fastify and Node take them. By default Node lets a body take 5 minutes and an answer for ever. */
export function timeouts({ headersMs, requestMs, stalledMs, idleMs }: HttpTimeouts) {
  return {
    requestTimeout: requestMs,
    connectionTimeout: stalledMs,
    keepAliveTimeout: idleMs,
    http: {
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersMs),
    },
  } satisfies FastifyHttpOptions<Server>
}
