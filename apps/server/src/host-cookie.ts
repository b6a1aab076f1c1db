import type { FastifyInstance } from 'fastify'
import type { Settings } from './settings.ts'

export interface HostCookie {
  /** The value in a Cookie header; null when there is none, or none of this form. */
  read: (header: string | undefined) => string | null
  /** The Set-Cookie header that sets the value, or clears it. */
  write: (value: string | null) => string
}

export interface HostCookieOptions {
  name: string
  /** What a value looks like. */
  form: RegExp
  maxAgeS: number
}

/** A cookie for the server's own pages alone (RFC 6265bis). Over https it is bound to the host by the `__Host-` prefix. */
export function createHostCookie(
  app: Pick<FastifyInstance, 'parseCookie' | 'serializeCookie'>,
  { publicUrl }: Pick<Settings, 'publicUrl'>,
  { name, form, maxAgeS }: HostCookieOptions,
): HostCookie {
  const secure = publicUrl.startsWith('https:')
  const fullName = secure ? `__Host-${name}` : name
  return {
    read(header) {
      const value = app.parseCookie(header ?? '')[fullName]
      return value !== undefined && form.test(value) ? value : null
    },
    write: (value) =>
      app.serializeCookie(fullName, value ?? '', {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        maxAge: value === null ? 0 : maxAgeS,
        secure,
      }),
  }
}
