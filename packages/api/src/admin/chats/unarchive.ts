import { sql } from 'kysely'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { chatTopic, inboxHint } from '../../hints.ts'
import { uuid } from '../../ids.ts'

export const unarchiveInput = z.strictObject({ chatId: uuid })

/** Brings a chat back into the inbox. Idempotent. @throws Refusal chat_unknown */
export async function unarchive(
  { db, hub }: Pick<Deps, 'db' | 'hub'>,
  { chatId }: z.output<typeof unarchiveInput>,
): Promise<{ archivedAt: null }> {
  const restored = await db
    .updateTable('supportChats')
    .set({ archivedAt: null, updatedAt: sql<Date>`now()` })
    .where('id', '=', chatId)
    .returning('id')
    .executeTakeFirst()
  if (!restored) throw new Refusal('chat_unknown')
  hub.publish(chatTopic(chatId), { type: 'state' })
  inboxHint(hub, chatId, 'chats_changed')
  return { archivedAt: null }
}
