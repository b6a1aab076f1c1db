import type { Frame } from './frame.ts'
import { createIdentity, type Identity, type IdentitySource } from './identity.ts'
import { createKept, type Kept } from './kept.ts'
import type { PageStorage } from './page-storage.ts'

/** Everything that belongs to one person; thrown away whole when it is somebody else. */
export interface Person {
  kept: Kept
  identity: Identity | null
  /** Whom the page has named for this frame; null for visitors and before it did. */
  sub: string | null
  /** Whether what is stored is known to be theirs. Until then none of it is used. */
  verified: Promise<boolean>
  frame: Frame | null
  /** The frame listens. */
  ready: boolean
}

export function createPerson(
  storage: PageStorage,
  origin: string,
  source: IdentitySource | undefined,
): Person {
  const kept = createKept(storage, origin, source === undefined ? 'visitor' : 'user')
  const identity = source === undefined ? null : createIdentity(source)
  const person: Person = {
    kept,
    identity,
    sub: null,
    verified: Promise.resolve(true),
    frame: null,
    ready: false,
  }
  person.verified = verify(person)
  return person
}

/** Wipes what was stored for another user. Asks the page for an identity only if something is stored. */
async function verify(person: Person): Promise<boolean> {
  const { kept, identity } = person
  if (identity === null || kept.isEmpty()) return true
  const vouched = await identity.check()
  if (vouched === null) return false
  if (vouched.sub !== kept.owner()) kept.wipe()
  kept.keepOwner(vouched.sub)
  person.sub = vouched.sub
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
  // The owner in storage is every tab's; whom this frame was made for is ours alone.
  const others = [owner, person.sub].some((sub) => sub !== null && sub !== vouched.sub)
  if (!(await person.verified) || others) return 'somebodyElse'
  person.kept.keepOwner(vouched.sub)
  person.sub = vouched.sub
  return { jwt: vouched.jwt }
}
