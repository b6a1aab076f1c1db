import type { Deps } from '../../deps.ts'
import { type AdminProfile, presentAdmin } from '../session/get.ts'

export interface TeamMember extends AdminProfile {
  /** When they were shut out; null for those who can log in. */
  disabledAt: Date | null
}

/** Everybody who can or could log in to the inbox. */
export async function list({ db }: Pick<Deps, 'db'>): Promise<TeamMember[]> {
  const admins = await db
    .selectFrom('users')
    .select(['id', 'email', 'name', 'disabledAt'])
    .where('kind', '=', 'admin')
    .orderBy('email')
    .limit(500)
    .execute()
  return admins.map((admin) => ({ ...presentAdmin(admin), disabledAt: admin.disabledAt }))
}
