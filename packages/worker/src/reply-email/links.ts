import { createHmac } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

/** What a link is for; one for something else is refused. */
const UNSUBSCRIBE = 'unsubscribe'

export interface LinkOptions {
  /** SESSION_SECRET: links are signed with a key of their own that is made from it. */
  secret: string
  /** The server's public origin. */
  publicUrl: string
}

/** The signed links of reply emails. */
export interface Links {
  /** Never expires (RFC 8058 wants a link that works whenever the mail is read), and is the same each time. */
  unsubscribe: (userId: string) => Promise<string>
  /** Whose unsubscribe link it is; null when it is not one that we signed. */
  unsubscribes: (token: string) => Promise<string | null>
}

export function createLinks({ secret, publicUrl }: LinkOptions): Links {
  const key = createHmac('sha256', secret).update('links of reply emails').digest()
  return {
    async unsubscribe(userId) {
      const jwt = new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setAudience(UNSUBSCRIBE)
      const url = new URL('/unsubscribe', publicUrl)
      url.searchParams.set('token', await jwt.sign(key))
      return url.href
    },
    async unsubscribes(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: UNSUBSCRIBE,
          requiredClaims: ['sub'],
        })
        return payload.sub ?? null
      } catch {
        return null
      }
    },
  }
}
