import { faultOf } from '@acme/client'
import { api } from '@acme/react/query'
import { AT_ONCE } from '../fault.ts'

export interface LogOut {
  logOut: () => void
  busy: boolean
  /** It could not be done: the session is still open. */
  failed: boolean
}

/** Ends the session at the server and loads the page anew, so that nothing of it is left in memory. */
export function useLogOut(onGone: () => void): LogOut {
  const leave = () => {
    onGone()
    location.replace('/admin/')
  }
  const logOut = api.admin.session.logOut.useMutation({
    ...AT_ONCE,
    onSuccess: leave,
    // It had ended already.
    onError: (error) => faultOf(error).code === 'UNAUTHORIZED' && leave(),
  })
  return { logOut: () => logOut.mutate(), busy: logOut.isPending, failed: logOut.isError }
}
