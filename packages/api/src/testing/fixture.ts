import { connect, type Db } from '@acme/db'
import { freshDatabase } from '@acme/local/testing'
import { Hub } from '@acme/realtime'
import { v7 as uuidv7 } from 'uuid'
import type { HttpTransport } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { type Api, type ApiOptions, createApi } from '../server.ts'

export const IDENTITY_SECRET = 'a secret for tests that is long enough'
export const AUDIENCE = 'http://localhost:3000'
export const SESSION_SECRET = 'another secret for tests, long enough'

type Client = ReturnType<Api['router']['createCaller']>

export interface Fixture extends AsyncDisposable {
  db: Db
  hub: Hub
  api: Api
  databaseUrl: string
  /** The router as this caller reaches it over HTTP. */
  as: (caller: Caller, http?: { address?: string } & Partial<HttpTransport>) => Client
  /** The router as this caller reaches it over a socket, until the signal aborts. */
  over: (caller: Caller, signal: AbortSignal) => Client
  user: (name?: string) => Promise<Extract<Caller, { type: 'user' }>>
  admin: (name?: string) => Promise<Extract<Caller, { type: 'admin' }>>
}

export interface FixtureOptions {
  hub?: Hub
  replyEmailDelayMs?: number
  /** Beside those for messages and sessions, which are lifted. */
  limits?: ApiOptions['limits']
  /** The database of another fixture, as a second process would use it; by default a fresh one. */
  databaseUrl?: string
}

/** The use cases over a database of their own, without a wire. */
export async function fixture(options: FixtureOptions = {}): Promise<Fixture> {
  const { hub = new Hub(), replyEmailDelayMs = 300_000 } = options
  const database = options.databaseUrl === undefined ? await freshDatabase() : null
  const databaseUrl = options.databaseUrl ?? database?.url ?? ''
  const db = connect({ url: databaseUrl, max: 20 })
  const unlimited = { burst: 1_000_000, perSecond: 1_000_000 }
  const unlimitedStarts = { points: 1_000_000, windowSeconds: 60 }
  const api = await createApi({
    db,
    hub,
    identitySecrets: [IDENTITY_SECRET],
    audience: AUDIENCE,
    sessionSecret: SESSION_SECRET,
    replyEmailDelayMs,
    onError: (error) => {
      throw error
    },
    limits: { send: unlimited, typing: unlimited, startSession: unlimitedStarts, ...options.limits },
  })

  const person = async (kind: 'user' | 'admin', name: string) => {
    const id = uuidv7()
    const email = `${name.toLowerCase()}.${id}@example.com`
    await db
      .insertInto('users')
      .values({ id, kind, name, email, externalId: kind === 'user' ? id : null })
      .execute()
    return { userId: id, sessionId: uuidv7(), name, email }
  }
  return {
    db,
    hub,
    api,
    databaseUrl,
    as: (caller, { address = '127.0.0.1', ...http } = {}) =>
      api.router.createCaller({
        caller,
        address,
        transport: {
          type: 'http',
          setSessionCookie: () => {},
          deviceToken: null,
          setDeviceCookie: () => {},
          ...http,
        },
      }),
    over: (caller, signal) =>
      api.router.createCaller({ caller, address: '127.0.0.1', transport: { type: 'socket' } }, { signal }),
    user: async (name = 'Alice') => {
      const { email: _, ...rest } = await person('user', name)
      return { type: 'user', kind: 'user', language: null, ...rest }
    },
    admin: async (name = 'Sam') => ({ type: 'admin', ...(await person('admin', name)) }),
    async [Symbol.asyncDispose]() {
      api.close()
      await db.destroy()
      await database?.[Symbol.asyncDispose]()
    },
  }
}
