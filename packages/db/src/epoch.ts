import { sql } from 'kysely'
import type { Queries } from './schema.ts'

/** The database's own identity: half of every cursor. */
export async function readEpoch(db: Queries): Promise<string> {
  const { epoch } = await db.selectFrom('installation').select('epoch').executeTakeFirstOrThrow()
  return epoch
}

/** To be called after a restore from a backup: every client loads its chat again. Returns the new epoch. */
export async function renewEpoch(db: Queries): Promise<string> {
  const { epoch } = await db
    .updateTable('installation')
    .set({ epoch: sql<string>`gen_random_uuid()` })
    .returning('epoch')
    .executeTakeFirstOrThrow()
  return epoch
}
