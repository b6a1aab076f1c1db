import type { Deps } from '../deps.ts'
import { sessionTopic } from '../hints.ts'
import type { Member } from '../identity/caller.ts'

/** Ends the caller's session; its open connections end with it. */
export async function end(
  { db, hub }: Pick<Deps, 'db' | 'hub'>,
  caller: Member,
): Promise<Record<string, never>> {
  await db.deleteFrom('sessions').where('id', '=', caller.sessionId).execute()
  hub.publish(sessionTopic(caller.sessionId), { type: 'ended' })
  return {}
}
