import type { Db } from '@acme/db'
import { z } from 'zod'

/** A language tag (BCP 47): `de`, `pt-BR`, `zh-Hant-TW`. */
export const languageTag = z
  .string()
  .max(35)
  .regex(/^[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}$/i)

/** Keeps which language a user reads: their emails are written in it. */
export async function keepLanguage(db: Db, userId: string, language: string): Promise<void> {
  await db.updateTable('users').set({ language }).where('id', '=', userId).execute()
}
