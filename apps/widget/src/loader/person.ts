import type { Frame } from './frame.ts'
import { createIdentity, type Identity, type IdentitySource } from './identity.ts'
import { createKept, type Kept } from './kept.ts'

/** Everything that belongs to one person; thrown away whole when it is somebody else. */
export interface Person {
  kept: Kept
  identity: Identity | null
  /** Whether what is stored is known to be theirs. Until then none of it is used. */
  verified: Promise<boolean>
  frame: Frame | null
  /** The frame listens. */
  ready: boolean
}

export function createPerson(origin: string, source: IdentitySource | undefined): Person {
  const kept = createKept(origin, source === undefined ? 'visitor' : 'user')
  const identity = source === undefined ? null : createIdentity(source)
  return { kept, identity, verified: verify(kept, identity), frame: null, ready: false }
}

/** Wipes what was stored for another user. Asks the page for an identity only if something is stored. */
async function verify(kept: Kept, identity: Identity | null): Promise<boolean> {
  if (identity === null || kept.isEmpty()) return true
  const vouched = await identity.check()
  if (vouched === null) return false
  if (vouched.sub !== kept.owner()) kept.wipe()
  kept.keepOwner(vouched.sub)
  return true
}

/**
 * The token for the frame's new session; `somebodyElse` when this person's frame may not have it: the page now
 * names another user, or only now says whose the stored things are.
 */
export async function vouchFor(person: Person): Promise<{ jwt: string | null } | 'somebodyElse'> {
  const vouched = (await person.identity?.fetch()) ?? null
  if (vouched === null) return { jwt: null }
  const owner = person.kept.owner()
  if (!(await person.verified) || (owner !== null && owner !== vouched.sub)) return 'somebodyElse'
  person.kept.keepOwner(vouched.sub)
  return { jwt: vouched.jwt }
}
