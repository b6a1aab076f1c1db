import { sql } from 'kysely'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { sessionTopic } from '../../hints.ts'
import { uuid } from '../../ids.ts'

export const disableInput = z.strictObject({ adminId: uuid })

/**
 * Disables an admin: no further log-in, and every open session ends with its connections. Idempotent.
 *
 * @throws Refusal admin_unknown, last_admin
 */
export async function disable(
  { db, hub }: Pick<Deps, 'db' | 'hub'>,
  { adminId }: z.output<typeof disableInput>,
): Promise<Record<string, never>> {
  const sessions = await db.transaction().execute(async (trx) => {
    // All of them are locked, so that two admins who disable each other at once don't leave nobody.
    const team = await trx
      .selectFrom('users')
      .select(['id', 'disabledAt'])
      .where('kind', '=', 'admin')
      .orderBy('id')
      .forNoKeyUpdate()
      .execute()
    if (!team.some(({ id }) => id === adminId)) throw new Refusal('admin_unknown')
    if (!team.some(({ id, disabledAt }) => id !== adminId && !disabledAt)) throw new Refusal('last_admin')
    await trx
      .updateTable('users')
      .set({ disabledAt: sql<Date>`coalesce(disabled_at, now())`, updatedAt: sql<Date>`now()` })
      .where('id', '=', adminId)
      .execute()
    return trx.deleteFrom('sessions').where('userId', '=', adminId).returning('id').execute()
  })
  for (const { id } of sessions) hub.publish(sessionTopic(id), { type: 'ended' })
  return {}
}
