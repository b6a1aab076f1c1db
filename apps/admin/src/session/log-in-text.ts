import { faultOf } from '@acme/client'
import { faultText } from '../fault.ts'

/** Why the log-in failed and what to do, in one sentence or two. */
export function logInText(error: unknown): string {
  const { code, retryAfterMs } = faultOf(error)
  switch (code) {
    case 'UNAUTHORIZED':
      return 'Email or password is wrong. Check both and try again.'
    case 'TOO_MANY_REQUESTS':
      return `Too many attempts. Try again ${inWords(retryAfterMs)}.`
    case null:
      return 'The server can’t be reached. Check your connection; what you typed stays here.'
    default:
      return faultText(error)
  }
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return seconds === 1 ? 'in a second' : `in ${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}
