import type { Db } from '@acme/db'
import { Refusal } from '../../errors.ts'
import { createPasswords } from '../../identity/password.ts'
import { add } from './add.ts'

/**
 * Makes the first one who can log in, while there is nobody who can; null makes nobody. Returns whether somebody can
 * log in now.
 */
export async function ensureFirstAdmin(
  db: Db,
  first: { email: string; password: string } | null,
): Promise<boolean> {
  const anybody = await db.selectFrom('adminCredentials').select('userId').limit(1).executeTakeFirst()
  if (anybody) return true
  if (!first) return false
  try {
    // With a queue of its own: nobody is served yet.
    await add(
      { db, passwords: createPasswords() },
      { email: first.email.toLowerCase(), name: 'Support', password: first.password },
    )
  } catch (error) {
    // Another process that starts at the same time was faster.
    if (!(error instanceof Refusal && error.reason === 'admin_exists')) throw error
  }
  return true
}
