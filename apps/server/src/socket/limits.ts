import type { RateLimitOptions } from '@acme/api/server'
import type { Limits } from '@acme/socket'
import { STRANGERS_PER_ADDRESS, UNAUTHENTICATED_PER_ADDRESS } from './admission.ts'

/** Every bound of a socket that is not the adapter's default (packages/socket/src/limits.ts). */
export interface SocketLimits {
  /** Larger frames end the socket (1009), in bytes. */
  frameBytes: number
  /** Fragments of one message. */
  fragments: number
  /** Sockets of one person, in this process. */
  socketsPerPerson: number
  unauthenticatedPerAddress: number
  strangersPerAddress: RateLimitOptions
  adapter: Partial<Limits>
}

export const SOCKET_LIMITS: SocketLimits = {
  frameBytes: 64 * 1024,
  fragments: 64,
  socketsPerPerson: 20,
  unauthenticatedPerAddress: UNAUTHENTICATED_PER_ADDRESS,
  strangersPerAddress: STRANGERS_PER_ADDRESS,
  adapter: { subscriptions: 8 },
}
