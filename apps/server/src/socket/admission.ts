import { addressKey } from '@acme/api/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Origins } from '../origins.ts'
import type { SessionCookie } from '../session-cookie.ts'
import { isForSockets, isUpgrade, refuseUpgrade } from './upgrade-guard.ts'

/** Sockets of one address (IPv6: of one /64) whose session is not known yet; a person's are counted by the person. */
export const STRANGERS_PER_ADDRESS = 200

export interface AdmissionOptions {
  origins: Origins
  cookie: SessionCookie
  isDraining: () => boolean
  strangersPerAddress: number
}

export interface Admission {
  /** The address that the request came from, as proxies that are trusted tell it. */
  addressOf: (request: FastifyRequest['raw']) => string
  /** The socket's session is known, or the socket is gone: it counts no longer. May be called again. */
  leave: (request: FastifyRequest['raw']) => void
}

/** Decides which upgrades become sockets, before they do, and counts strangers by their address. */
export function admitSockets(app: FastifyInstance, options: AdmissionOptions): Admission {
  const { origins, cookie, isDraining, strangersPerAddress } = options
  const addresses = new WeakMap<FastifyRequest['raw'], string>()
  const strangers = new Map<string, number>()
  const counted = new WeakSet<FastifyRequest['raw']>()

  app.addHook('onRequest', (request, reply, done) => {
    if (!isUpgrade(request) || !isForSockets(request)) return done()
    const refuse = (status: number, error: string) => refuseUpgrade(request, reply, status, error)
    if (isDraining()) return refuse(503, 'The server is stopping. Come back.')
    if (!isFromAllowedPage(request)) return refuse(403, 'This origin is not among ALLOWED_ORIGINS.')
    const key = addressKey(request.ip)
    const count = strangers.get(key) ?? 0
    if (count >= strangersPerAddress) return refuse(429, 'Too many connections of this address. Come back.')
    strangers.set(key, count + 1)
    counted.add(request.raw)
    addresses.set(request.raw, request.ip)
    // Also when the handshake comes to nothing.
    request.raw.socket.once('close', () => leave(request.raw))
    done()
  })

  return { addressOf: (request) => addresses.get(request) ?? '', leave }

  /** A browser always says where a page is from. What brings the admin's cookie must be one, and an allowed page. */
  function isFromAllowedPage({ headers }: FastifyRequest): boolean {
    const { origin } = headers
    const mustSay = cookie.read(headers.cookie) !== null
    return origins.isAllowed(origin) || (origin === undefined && !mustSay)
  }

  function leave(request: FastifyRequest['raw']): void {
    if (!counted.delete(request)) return
    const key = addressKey(addresses.get(request) ?? '')
    const left = (strangers.get(key) ?? 1) - 1
    if (left > 0) strangers.set(key, left)
    else strangers.delete(key)
  }
}
