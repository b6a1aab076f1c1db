import type { FastifyInstance } from 'fastify'
import type { Settings } from './settings.ts'

export interface SessionCookie {
  /** The token in a Cookie header; null when there is none. */
  read: (header: string | undefined) => string | null
  /** The Set-Cookie header that sets the token, or clears it. */
  write: (token: string | null) => string
}

/** As long as the session. */
const SEVEN_DAYS_S = 7 * 24 * 3600

/** The admin's session (RFC 6265bis). Over https it is bound to the host by the `__Host-` prefix. */
export function createSessionCookie(
  app: Pick<FastifyInstance, 'parseCookie' | 'serializeCookie'>,
  { publicUrl }: Pick<Settings, 'publicUrl'>,
): SessionCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-acme_admin' : 'acme_admin'
  return {
    read(header) {
      const value = app.parseCookie(header ?? '')[name]
      return value !== undefined && /^[\w-]{43}$/.test(value) ? value : null
    },
    write: (token) =>
      app.serializeCookie(name, token ?? '', {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        maxAge: token === null ? 0 : SEVEN_DAYS_S,
        secure,
      }),
  }
}
