import { z } from 'zod'
import { addressKey } from '../../address-key.ts'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { passwordText } from '../../identity/password-text.ts'
import { openSession } from '../../identity/sessions.ts'
import { singleLine } from '../../single-line.ts'
import { type AdminProfile, presentAdmin } from './get.ts'

export const logInInput = z.strictObject({
  email: singleLine.trim().toLowerCase().max(254),
  password: passwordText,
})

/** As slow as a real one; the password of nobody. */
const NOBODY = `argon2id$19456$2$1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/**
 * Checks a password and opens a session. An unknown email takes as long as a wrong password and says the same.
 * Only failures count against the limits: a narrow one per address and email together, a wide one per address; never
 * per email alone, or a guesser could keep its owner out from anywhere.
 *
 * @throws Refusal log_in_wrong, rate_limited, busy
 */
export async function logIn(
  { db, passwords, sessionSecret, limits }: Pick<Deps, 'db' | 'passwords' | 'sessionSecret' | 'limits'>,
  address: string,
  { email, password }: z.output<typeof logInInput>,
): Promise<{ token: string; admin: AdminProfile }> {
  const from = addressKey(address)
  // Before anything is computed: guessers who have used up theirs don't stand in the queue.
  await limits.logInFrom.take([from])
  await limits.logIn.take([from, email])
  const giveBack = () =>
    Promise.all([limits.logInFrom.giveBack([from]), limits.logIn.giveBack([from, email])])
  const admin = await db
    .selectFrom('users as u')
    .innerJoin('adminCredentials as c', 'c.userId', 'u.id')
    .select(['u.id', 'u.email', 'u.name', 'u.disabledAt', 'c.passwordHash'])
    .where('u.kind', '=', 'admin')
    .where('u.email', '=', email)
    .executeTakeFirst()
  const right = await passwords
    .verify(password, admin?.passwordHash ?? NOBODY, from)
    .catch(async (error: unknown) => {
      // Nothing was guessed.
      await giveBack()
      throw error
    })
  if (!admin || !right || admin.disabledAt) throw new Refusal('log_in_wrong')
  await giveBack()
  return {
    token: await openSession(db, sessionSecret, { id: admin.id, kind: 'admin' }),
    admin: presentAdmin(admin),
  }
}
