import { SignJWT } from 'jose'

/** A user as the host page's own back end knows them. */
export interface Person {
  externalId: string
  email: string
  name: string
}

/** The named people of the demo and the tests. */
export const people = {
  alice: { externalId: 'alice', email: 'alice@customer.example', name: 'Alice Archer' },
  bob: { externalId: 'bob', email: 'bob@customer.example', name: 'Bob Baker' },
} satisfies Record<string, Person>

/** What the host's back end does: signs who is looking at its page. */
export async function signIdentity(claims: {
  secret: string
  /** The origin of the support server. */
  audience: string
  person: Person
  expiresInSeconds?: number
}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ email: claims.person.email, name: claims.person.name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.person.externalId)
    .setAudience(claims.audience)
    .setIssuedAt(now)
    .setExpirationTime(now + (claims.expiresInSeconds ?? 600))
    .sign(new TextEncoder().encode(claims.secret))
}
