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
  /** The session of this frame, which storage may not have any more. */
  token: string | null
  /** Whether what is stored is known to be theirs. Until then none of it is used. */
  verified: Promise<boolean>
  /** What the panel has stored before the page named its user: nobody's yet, so only in memory. */
  unclaimed: Map<string, string | null>
  frame: Frame | null
  /** The frame listens. */
  ready: boolean
  /** Thrown away: an identity that the page names from now on is not for them. */
  dropped: boolean
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
    token: identity === null ? kept.session().token : null,
    verified: Promise.resolve(true),
    unclaimed: new Map(),
    frame: null,
    ready: false,
    dropped: false,
  }
  person.verified = verify(person)
  return person
}

/** Wipes what was stored for another user. Asks the page for an identity only if something is stored. */
async function verify(person: Person): Promise<boolean> {
  const { kept, identity } = person
  if (identity === null || kept.isEmpty()) return true
  const vouched = await identity.check()
  if (vouched === null || person.dropped) return false
  claim(person, vouched.sub)
  return true
}

/**
 * The token for the frame's new session, or why this person's frame may not have it.
 *
 * - `somebodyElse`: the page now names another user, or only now says whose the stored things are
 * - `taken`: another tab has given the storage to another user
 */
export async function vouchFor(person: Person): Promise<{ jwt: string | null } | 'somebodyElse' | 'taken'> {
  const vouched = (await person.identity?.fetch()) ?? null
  const verified = await person.verified
  if (vouched === null || person.dropped) return { jwt: null }
  if (person.sub !== null) {
    if (person.sub !== vouched.sub) return 'somebodyElse'
    return isTheirs(person) ? { jwt: vouched.jwt } : 'taken'
  }
  // Something is stored that this frame was not given.
  const unseen = !verified || !person.kept.isEmpty()
  for (const [key, value] of person.unclaimed) person.kept.store(vouched.sub, key, value)
  if (unseen) return 'somebodyElse'
  claim(person, vouched.sub)
  return { jwt: vouched.jwt }
}

/** What the frame starts with. */
export function handOver(person: Person): { token: string | null; stored: string | null } {
  if (!isKnown(person)) return { token: null, stored: null }
  person.token = person.kept.session().token
  return { token: person.token, stored: person.kept.stored(person.sub) }
}

function claim(person: Person, sub: string) {
  const { kept } = person
  if (kept.session().owner !== sub) kept.passTo(sub)
  person.sub = sub
  person.token = kept.session().token
}

/** Whether the storage is still this person's: every other tab may have logged out, or in as another. */
export function isTheirs(person: Person): boolean {
  const { owner, token } = person.kept.session()
  // A visitor is nobody but the holder of a session.
  if (person.identity === null) return token === person.token
  return person.sub === null || owner === person.sub
}

/**
 * Keeps the frame's new session, or forgets the one it had. False when the storage is somebody else's by now: then
 * it is left alone, and so is the session of whoever it belongs to.
 */
export function keepSession(person: Person, token: string | null): boolean {
  if (!isKnown(person) || !isTheirs(person)) return false
  const before = person.token
  person.token = token
  // Another tab of the same user may have renewed it first; theirs is as good.
  if (person.kept.session().token === before) person.kept.keepSession({ owner: person.sub, token })
  return true
}

/** Stores what the panel wants stored, unless the storage is somebody else's by now. */
export function storeFor(person: Person, key: string, value: string | null) {
  if (!isKnown(person)) person.unclaimed.set(key, value)
  // A visitor without a session goes on with the one that another tab has just kept.
  else if (isTheirs(person) || (person.identity === null && person.token === null))
    person.kept.store(person.sub, key, value)
}

function isKnown(person: Person): boolean {
  return person.identity === null || person.sub !== null
}
