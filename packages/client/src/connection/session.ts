import type { Clock } from '../platform/clock.ts'
import { Listeners } from '../platform/store.ts'
import { TIMINGS } from '../platform/timings.ts'
import { CallFault, faultOf } from './fault.ts'

/** Where the user's session comes from and goes to: the page, the loader, a test. */
export interface SessionSource {
  /** What was kept from last time. */
  token: string | null
  /** A signed identity, freshly fetched; null for a visitor. */
  identity: () => Promise<string | null>
  /** Keep this for next time; null: forget it. */
  onToken?: (token: string | null) => void
}

/** No further attempts: the session was refused, and so was the one after it. */
export class SessionEnded extends CallFault {
  constructor(message: string) {
    super('UNAUTHORIZED', message)
    this.name = 'SessionEnded'
  }
}

/** Who we are to the server. */
export interface Session {
  /** The token to call with; null where a cookie says it. Many may ask at once. @throws SessionEnded, CallFault */
  get(): Promise<string | null>
  /** The server does not take this token (any more). */
  refused(token: string | null): void
  /** Begin anew after an end. */
  reset(): void
  /** `replaced`: from now on we are, perhaps, somebody else. */
  onChange(listener: (change: 'replaced' | 'ended') => void): () => void
}

export interface TokenSession extends Session {
  /** Begins no session any more. Gives the token of the one there is, or that is just being started; null for none. */
  leave(): Promise<string | null>
}

/** A session that `start` gives for an identity, or to a visitor. A refused one is replaced once. */
export function tokenSession(
  source: SessionSource,
  start: (identity: string | null) => Promise<string>,
  clock: Clock,
): TokenSession {
  const listeners = new Listeners<['replaced' | 'ended']>()
  let token = source.token
  let starting: Promise<string> | null = null
  let renewing = false
  let renewedAt: number | null = null
  let ended = false

  function keep(next: string | null) {
    token = next
    source.onToken?.(next)
  }

  function end(): SessionEnded {
    ended = true
    keep(null)
    listeners.tell('ended')
    return new SessionEnded('This session has ended.')
  }

  async function begin(): Promise<string> {
    const fresh = await startWithIdentity()
    keep(fresh)
    if (renewing) {
      renewing = false
      renewedAt = clock.now()
      listeners.tell('replaced')
    }
    return fresh
  }

  /** The page may have handed out an identity that has just expired: it is asked for another one, once. */
  async function startWithIdentity(): Promise<string> {
    for (let again = true; ; again = false) {
      const identity = await source.identity()
      try {
        return await start(identity)
      } catch (error) {
        const fault = faultOf(error)
        if (fault.kind === 'refused' || (fault.kind === 'unauthorized' && !again)) throw end()
        if (fault.kind !== 'unauthorized') throw fault
      }
    }
  }

  return {
    async get() {
      if (ended) throw new SessionEnded('This session has ended.')
      if (token) return token
      starting ??= begin().finally(() => {
        starting = null
      })
      return starting
    },
    async leave() {
      ended = true
      return token ?? (await starting?.catch(() => null)) ?? null
    },
    refused(refusedToken) {
      // Somebody else has noticed before.
      if (ended || refusedToken === null || refusedToken !== token) return
      if (renewedAt !== null && clock.now() - renewedAt < TIMINGS.sessionRenewalMs) {
        end()
        return
      }
      renewing = true
      keep(null)
    },
    reset() {
      ended = false
      renewedAt = null
    },
    onChange: (listener) => listeners.add(listener),
  }
}

/** A session in a cookie: the browser carries it, only logging in again renews it. */
export function cookieSession(): Session {
  const listeners = new Listeners<['replaced' | 'ended']>()
  let ended = false
  return {
    async get() {
      if (ended) throw new SessionEnded('Log in again.')
      return null
    },
    refused() {
      if (ended) return
      ended = true
      listeners.tell('ended')
    },
    reset() {
      ended = false
    },
    onChange: (listener) => listeners.add(listener),
  }
}

/** Calls with the session; a refused one is replaced and the call made once more. */
export async function withSession<T>(
  session: Session,
  call: (token: string | null) => Promise<T>,
): Promise<T> {
  for (let again = true; ; again = false) {
    const token = await session.get()
    try {
      return await call(token)
    } catch (error) {
      const fault = faultOf(error)
      if (fault.kind === 'unauthorized') session.refused(token)
      if (fault.kind !== 'unauthorized' || !again) throw fault
    }
  }
}
