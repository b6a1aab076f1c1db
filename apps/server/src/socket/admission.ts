import { addressKey, RateLimit, type RateLimitOptions } from '@acme/api/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Origins } from '../origins.ts'
import type { SessionCookie } from '../session-cookie.ts'
import { isForSockets, isUpgrade, refuseUpgrade } from './upgrade-guard.ts'

/** Sockets of one address (IPv6: of one /64) whose session is not known yet; a person's are counted by the person. */
export const UNAUTHENTICATED_PER_ADDRESS = 200
/** Handshakes of one address that come to no session: each costs a handshake and a look-up. */
export const STRANGERS_PER_ADDRESS: RateLimitOptions = { burst: 300, perSecond: 20 }

export interface AdmissionOptions {
  origins: Origins
  cookie: SessionCookie
  isDraining: () => boolean
  unauthenticatedPerAddress: number
  strangersPerAddress: RateLimitOptions
}

export interface Admission {
  /** The address that the request came from, as proxies that are trusted tell it. */
  addressOf: (request: FastifyRequest['raw']) => string
  /** The request has become a socket: lets go of the HTTP response that would live as long as it. */
  upgraded: (request: FastifyRequest['raw']) => void
  /** The socket's session is known, or the socket is gone: it counts no longer. May be called again. */
  leave: (request: FastifyRequest['raw']) => void
  /** It was no stranger's: it has a session, or we could not look it up. */
  forgive: (request: FastifyRequest['raw']) => void
}

/** Decides which upgrades become sockets, before they do, and counts by address those that are not authenticated yet. */
export function admitSockets(app: FastifyInstance, options: AdmissionOptions): Admission {
  const { origins, cookie, isDraining, unauthenticatedPerAddress, strangersPerAddress } = options
  const addresses = new WeakMap<FastifyRequest['raw'], string>()
  const responses = new WeakMap<FastifyRequest['raw'], FastifyReply['raw']>()
  const unauthenticated = new Map<string, number>()
  const strangers = new RateLimit(strangersPerAddress)
  /** What is counted, with the listener that waits for its connection's end. */
  const counted = new WeakMap<FastifyRequest['raw'], () => void>()

  app.addHook('onRequest', (request, reply, done) => {
    if (!isUpgrade(request) || !isForSockets(request)) return done()
    const refuse = (status: number, error: string) => refuseUpgrade(request, reply, status, error)
    if (isDraining()) return refuse(503, 'The server is stopping. Come back.')
    if (!isFromAllowedPage(request)) return refuse(403, 'This origin is not among ALLOWED_ORIGINS.')
    const key = addressKey(request.ip)
    const count = unauthenticated.get(key) ?? 0
    if (count >= unauthenticatedPerAddress || !strangers.takeAll(key, 1))
      return refuse(429, 'Too many connections of this address. Come back.')
    unauthenticated.set(key, count + 1)
    addresses.set(request.raw, request.ip)
    responses.set(request.raw, reply.raw)
    // Also when the handshake comes to nothing.
    const gone = () => leave(request.raw)
    counted.set(request.raw, gone)
    request.raw.socket.once('close', gone)
    done()
  })

  return {
    addressOf: (request) => addresses.get(request) ?? '',
    upgraded: (request) => responses.get(request)?.detachSocket(request.socket),
    leave,
    forgive: (request) => strangers.giveBack(addressKey(addresses.get(request) ?? ''), 1),
  }

  /** A browser always says where a page is from. What brings the admin's cookie must be one, and an allowed page. */
  function isFromAllowedPage({ headers }: FastifyRequest): boolean {
    const { origin } = headers
    const mustSay = cookie.read(headers.cookie) !== null
    return origins.isAllowed(origin) || (origin === undefined && !mustSay)
  }

  function leave(request: FastifyRequest['raw']): void {
    const gone = counted.get(request)
    if (!gone) return
    counted.delete(request)
    // It would keep the request for as long as the socket lives.
    request.socket.removeListener('close', gone)
    const key = addressKey(addresses.get(request) ?? '')
    const left = (unauthenticated.get(key) ?? 1) - 1
    if (left > 0) unauthenticated.set(key, left)
    else unauthenticated.delete(key)
  }
}
