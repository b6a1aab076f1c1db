import { errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { Refusal } from '../errors.ts'
import { singleLine } from '../single-line.ts'

export interface IdentityRules {
  /** Shared with the host's back end; any of them may have signed. */
  secrets: readonly string[]
  /** `aud`: the origin of this support server. */
  audience: string
}

/** What a host says about its user. */
export interface Identity {
  externalId: string
  email: string | null
  name: string | null
}

/** `iat` may be this old: an identity is for starting a session now, not for keeping. */
const MAX_AGE = '1h'
const CLOCK_TOLERANCE_S = 5

const claims = z.object({
  sub: singleLine.min(1).max(255),
  email: z.email().max(254).toLowerCase().nullish(),
  name: singleLine.trim().max(100).nullish(),
})

/**
 * Verifies a JWT (RFC 7519) that the host's back end signed with HS256. The algorithm is fixed by the key,
 * never taken from the token; `sub`, `aud`, `iat` and `exp` are required.
 *
 * @throws Refusal identity_invalid, identity_expired, identity_field_invalid
 */
export async function verifyIdentity(token: string, rules: IdentityRules): Promise<Identity> {
  const payload = await verified(token, rules)
  const parsed = claims.safeParse(payload)
  if (!parsed.success) {
    throw new Refusal('identity_field_invalid', {
      field: String(parsed.error.issues[0]?.path[0] ?? 'identity'),
    })
  }
  const { sub, email, name } = parsed.data
  return { externalId: sub, email: email ?? null, name: name || null }
}

async function verified(token: string, { secrets, audience }: IdentityRules): Promise<JWTPayload> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ['HS256'],
        audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        maxTokenAge: MAX_AGE,
        clockTolerance: CLOCK_TOLERANCE_S,
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Refusal('identity_expired')
      // Signed by another of our secrets, perhaps; everything else is final.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw new Refusal('identity_invalid')
}
