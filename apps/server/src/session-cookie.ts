import type { FastifyInstance } from 'fastify'
import { createHostCookie, type HostCookie } from './host-cookie.ts'
import type { Settings } from './settings.ts'

/** Its value is the session's token. */
export type SessionCookie = HostCookie

/** As long as the session. */
const SEVEN_DAYS_S = 7 * 24 * 3600

/** The admin's session. */
export function createSessionCookie(
  app: Pick<FastifyInstance, 'parseCookie' | 'serializeCookie'>,
  settings: Pick<Settings, 'publicUrl'>,
): SessionCookie {
  return createHostCookie(app, settings, {
    name: 'acme_admin',
    form: /^[\w-]{43}$/,
    maxAgeS: SEVEN_DAYS_S,
  })
}
