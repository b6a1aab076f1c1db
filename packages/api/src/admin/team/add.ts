import { hasCode } from '@acme/db'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { passwordText } from '../../identity/password-text.ts'
import { singleLine } from '../../single-line.ts'
import { type AdminProfile, presentAdmin } from '../session/get.ts'

export const addInput = z.strictObject({
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  name: singleLine.trim().min(1).max(100),
  password: passwordText.min(12, 'Use at least 12 characters.'),
})

/**
 * Adds somebody to the team. Who was disabled, or has no password, comes back under the new name and password.
 *
 * @throws Refusal admin_exists, busy
 */
export async function add(
  { db, passwords }: Pick<Deps, 'db' | 'passwords'>,
  { email, name, password }: z.output<typeof addInput>,
): Promise<AdminProfile> {
  const passwordHash = await passwords.hash(password, { lane: 'reserved', group: 'the team', member: email })
  try {
    return await db.transaction().execute(async (trx) => {
      const back = await trx
        .updateTable('users')
        .set({ name, disabledAt: null, updatedAt: sql<Date>`now()` })
        .where('kind', '=', 'admin')
        .where('email', '=', email)
        .where((where) =>
          where.or([
            where('disabledAt', 'is not', null),
            where('id', 'not in', where.selectFrom('adminCredentials').select('userId')),
          ]),
        )
        .returning(['id', 'email', 'name'])
        .executeTakeFirst()
      const admin =
        back ??
        (await trx
          .insertInto('users')
          .values({ id: uuidv7(), kind: 'admin', externalId: null, email, name })
          .returning(['id', 'email', 'name'])
          .executeTakeFirstOrThrow())
      await trx
        .insertInto('adminCredentials')
        .values({ userId: admin.id, passwordHash })
        .onConflict((conflict) =>
          conflict.column('userId').doUpdateSet({ passwordHash, updatedAt: sql<Date>`now()` }),
        )
        .execute()
      return presentAdmin(admin)
    })
  } catch (error) {
    throw hasCode(error, '23505') ? new Refusal('admin_exists', { field: 'email' }) : error
  }
}
