import type { Settings } from './settings.ts'

export interface SessionCookie {
  /** The token in a Cookie header; null when there is none. */
  read: (header: string | undefined) => string | null
  /** The Set-Cookie header that sets the token, or clears it. */
  write: (token: string | null) => string
}

const SEVEN_DAYS_S = 7 * 24 * 3600

/** The admin's session (RFC 6265bis). Over https it is bound to the host by the `__Host-` prefix. */
export function createSessionCookie({ publicUrl }: Pick<Settings, 'publicUrl'>): SessionCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-acme_admin' : 'acme_admin'
  return {
    read(header) {
      for (const part of header?.split(';') ?? []) {
        const [key, value] = part.trim().split('=')
        if (key === name && value && /^[\w-]{43}$/.test(value)) return value
      }
      return null
    },
    write(token) {
      const age = token === null ? 0 : SEVEN_DAYS_S
      return `${name}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? '; Secure' : ''}`
    },
  }
}
