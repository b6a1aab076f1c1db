import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { hashPassword } from '../../identity/password.ts'
import { hasCode } from '../../postgres-errors.ts'
import { type AdminProfile, presentAdmin } from '../session/get.ts'

export const addInput = z.strictObject({
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u),
  password: z.string().min(12, 'Use at least 12 characters.').max(1_000),
})

/** Adds somebody to the team. @throws Refusal admin_exists */
export async function add(
  { db }: Pick<Deps, 'db'>,
  { email, name, password }: z.output<typeof addInput>,
): Promise<AdminProfile> {
  const passwordHash = await hashPassword(password)
  try {
    return await db.transaction().execute(async (trx) => {
      const admin = await trx
        .insertInto('users')
        .values({ id: uuidv7(), kind: 'admin', externalId: null, email, name })
        .returning(['id', 'email', 'name'])
        .executeTakeFirstOrThrow()
      await trx.insertInto('adminCredentials').values({ userId: admin.id, passwordHash }).execute()
      return presentAdmin(admin)
    })
  } catch (error) {
    throw hasCode(error, '23505') ? new Refusal('admin_exists', { field: 'email' }) : error
  }
}
