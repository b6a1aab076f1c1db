import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { addressKey } from '../address-key.ts'
import type { Deps } from '../deps.ts'
import { verifyIdentity } from '../identity/identity-token.ts'
import { openSession } from '../identity/sessions.ts'

export const startInput = z
  .strictObject({
    /** A JWT signed by the host's back end; without it the session is a visitor's. */
    identity: z.string().max(4_096).optional(),
  })
  .optional()

export interface StartedSession {
  /** To be sent with every call; shown this once, stored as a hash. */
  token: string
  user: { id: string; kind: 'user' | 'visitor'; name: string | null }
}

/** Opens a session for a signed user or a visitor. @throws Refusal identity_*, rate_limited */
export async function start(
  { db, identity, sessionSecret, limits }: Pick<Deps, 'db' | 'identity' | 'sessionSecret' | 'limits'>,
  address: string,
  input: z.output<typeof startInput>,
): Promise<StartedSession> {
  await limits.startSession.take([addressKey(address)])
  const user =
    input?.identity === undefined
      ? await db
          .insertInto('users')
          .values({ id: uuidv7(), kind: 'visitor', externalId: null, email: null, name: null })
          .returning(['id', 'name'])
          .executeTakeFirstOrThrow()
      : await signedUser(input.identity)
  const kind = input?.identity === undefined ? 'visitor' : 'user'
  return { token: await openSession(db, sessionSecret, { id: user.id, kind }), user: { ...user, kind } }

  /** The host's word on name and email is the newest. */
  async function signedUser(token: string) {
    const { externalId, email, name } = await verifyIdentity(token, identity)
    return db
      .insertInto('users')
      .values({ id: uuidv7(), kind: 'user', externalId, email, name })
      .onConflict((conflict) =>
        conflict.column('externalId').doUpdateSet({ email, name, updatedAt: sql<Date>`now()` }),
      )
      .returning(['id', 'name'])
      .executeTakeFirstOrThrow()
  }
}
