import type { AdminCaller } from '../../identity/caller.ts'

/** A member of the support team. */
export interface AdminProfile {
  id: string
  email: string
  name: string | null
}

/** Who am I. */
export function get({ userId, email, name }: AdminCaller): AdminProfile {
  return { id: userId, email, name }
}

export function presentAdmin({
  id,
  email,
  name,
}: {
  id: string
  email: string | null
  name: string | null
}): AdminProfile {
  return { id, email: email ?? '', name }
}
