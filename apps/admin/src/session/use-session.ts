import type { AdminProfile } from '@acme/api'
import { faultOf } from '@acme/client'
import { api } from '@acme/react/query'
import { useCallback } from 'react'
import { AT_ONCE } from '../fault.ts'

export type SessionState =
  | { type: 'asking' }
  /** Nobody could say: no answer, or a fault of the server. */
  | { type: 'unknown'; error: unknown; retry: () => void }
  /** `ended`: there was a session a moment ago. */
  | { type: 'logged-out'; ended: boolean }
  | { type: 'logged-in'; admin: AdminProfile; check: () => void }

/** Who am I: asked at the start, when the tab comes back, and by `check`, when the connection has lost its session. */
export function useSession(): SessionState {
  const utils = api.useUtils()
  const { data, error, refetch } = api.admin.session.get.useQuery(undefined, {
    retry: (failures, error) => !isLoggedOut(error) && failures < 3,
    refetchOnWindowFocus: true,
    ...AT_ONCE,
  })
  const check = useCallback(() => void utils.admin.session.get.invalidate(), [utils])

  if (isLoggedOut(error)) return { type: 'logged-out', ended: data !== undefined }
  if (data) return { type: 'logged-in', admin: data, check }
  if (error) return { type: 'unknown', error, retry: () => void refetch() }
  return { type: 'asking' }
}

function isLoggedOut(error: unknown): boolean {
  if (!error) return false
  const { code } = faultOf(error)
  return code === 'UNAUTHORIZED' || code === 'FORBIDDEN'
}
