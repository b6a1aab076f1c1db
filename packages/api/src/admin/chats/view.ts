import { sql } from 'kysely'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { uuid } from '../../ids.ts'

export const viewInput = z.strictObject({ chatId: uuid })

/**
 * Notes that an admin opened the chat now. Idempotent, and marks nothing read. The time never moves back.
 *
 * @throws Refusal chat_unknown
 */
export async function view(
  { db }: Pick<Deps, 'db'>,
  { chatId }: z.output<typeof viewInput>,
): Promise<{ viewedAt: Date }> {
  const viewed = await db
    .updateTable('supportChats')
    // Evaluated on the newest version of the row: of two at once, the one that waited for the other comes later.
    .set({ adminViewedAt: sql<Date>`greatest(admin_viewed_at, clock_timestamp())` })
    .where('id', '=', chatId)
    .returning('adminViewedAt')
    .executeTakeFirst()
  if (!viewed?.adminViewedAt) throw new Refusal('chat_unknown')
  return { viewedAt: viewed.adminViewedAt }
}
