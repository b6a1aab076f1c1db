import { z } from 'zod'
import { addressKey, networkKey } from '../../address-key.ts'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { deviceOf, issueDeviceToken } from '../../identity/device-token.ts'
import type { Asker } from '../../identity/fair-queue.ts'
import { passwordText } from '../../identity/password-text.ts'
import { openSession } from '../../identity/sessions.ts'
import type { SharedRateLimit } from '../../shared-rate-limit.ts'
import { singleLine } from '../../single-line.ts'
import { type AdminProfile, presentAdmin } from './get.ts'

export const logInInput = z.strictObject({
  email: singleLine.trim().toLowerCase().max(254),
  password: passwordText,
})

/** As slow as a real one; the password of nobody. */
const NOBODY = `argon2id$19456$2$1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Where a log-in comes from. */
export interface LogInOrigin {
  address: string
  /** Of the browser, from an earlier log-in; null when it has none. */
  deviceToken: string | null
}

export interface LoggedIn {
  /** Of the session. */
  token: string
  /** To be presented at the next log-in from this browser. */
  deviceToken: string
  admin: AdminProfile
}

/**
 * Checks a password and opens a session. An unknown email takes as long as a wrong password and says the same.
 * Only failures count against the limits: a narrow one per address and email together, wide ones per address and per
 * network; never per email alone, or a guesser could keep its owner out from anywhere. A browser from which the owner of
 * this email has logged in before has a limit and a lane of the queue apart, so no stranger keeps it out at all.
 *
 * @throws Refusal log_in_wrong, rate_limited, busy
 */
export async function logIn(
  { db, passwords, sessionSecret, limits }: Pick<Deps, 'db' | 'passwords' | 'sessionSecret' | 'limits'>,
  { address, deviceToken }: LogInOrigin,
  { email, password }: z.output<typeof logInInput>,
): Promise<LoggedIn> {
  const device = deviceToken === null ? null : deviceOf(sessionSecret, email, deviceToken)
  const { counts, asker } = device === null ? stranger() : knownDevice(device)
  // Before anything is computed: guessers who have used up theirs don't stand in the queue.
  const taken: typeof counts = []
  const giveBack = () => Promise.all(taken.map(([limit, key]) => limit.giveBack(key)))
  const { admin, right } = await attempt().catch(async (error: unknown) => {
    // Nothing was guessed: also when a narrow limit refuses, or whoever tries in vain at one email would use up what
    // everybody at their address has.
    await giveBack()
    throw error
  })
  if (!admin || !right || admin.disabledAt) throw new Refusal('log_in_wrong')
  await giveBack()
  return {
    token: await openSession(db, sessionSecret, { id: admin.id, kind: 'admin' }),
    deviceToken: issueDeviceToken(sessionSecret, email, device ?? undefined),
    admin: presentAdmin(admin),
  }

  async function attempt() {
    for (const count of counts) {
      const [limit, key] = count
      await limit.take(key)
      taken.push(count)
    }
    const admin = await db
      .selectFrom('users as u')
      .innerJoin('adminCredentials as c', 'c.userId', 'u.id')
      .select(['u.id', 'u.email', 'u.name', 'u.disabledAt', 'c.passwordHash'])
      .where('u.kind', '=', 'admin')
      .where('u.email', '=', email)
      .executeTakeFirst()
    return { admin, right: await passwords.verify(password, admin?.passwordHash ?? NOBODY, asker) }
  }

  function stranger(): Attempt {
    const [from, network] = [addressKey(address), networkKey(address)]
    return {
      // The widest last: what an address alone has used up must not use up the share of its neighbours.
      counts: [
        [limits.logInFrom, [from]],
        [limits.logIn, [from, email]],
        [limits.logInFromNetwork, [network]],
      ],
      asker: { lane: 'open', group: network, member: from },
    }
  }

  function knownDevice(device: string): Attempt {
    return {
      counts: [[limits.logInFromDevice, [device]]],
      asker: { lane: 'reserved', group: email, member: device },
    }
  }
}

/** What a log-in counts against, in this order, and as whom it stands in the queue. */
interface Attempt {
  counts: (readonly [SharedRateLimit, readonly string[]])[]
  asker: Asker
}
