import { type Db, readEpoch } from '@acme/db'
import type { Hub } from '@acme/realtime'
import { InboxFeed } from './admin/inbox-feed.ts'
import { MessageWriter } from './chat/message-writer.ts'
import type { Deps } from './deps.ts'
import type { Caller } from './identity/caller.ts'
import { createPasswords } from './identity/password.ts'
import { callerOfToken } from './identity/sessions.ts'
import { RateLimit, type RateLimitOptions } from './rate-limit.ts'
import { type AppRouter, createAppRouter } from './router.ts'
import { createSweep } from './sweep.ts'

export { addressKey } from './address-key.ts'
export { ensureFirstAdmin } from './admin/team/first-admin.ts'
export { MessageWriter } from './chat/message-writer.ts'
export type { Context, SocketTransport } from './context.ts'
export type { Caller } from './identity/caller.ts'
export { sessionTopic } from './identity/sessions.ts'
export { isConnectionLost } from './postgres-errors.ts'
export { errorIdOf, refusalOf } from './procedures.ts'
export type { AppRouter } from './router.ts'

export interface ApiOptions {
  db: Db
  /** Connections for sending and sweeping alone, so that no amount of reading holds them up; `db` unless given. */
  reserved?: Db
  hub: Hub
  /** Shared with the hosts' back ends; the first one is the newest. */
  identitySecrets: readonly string[]
  /** The `aud` of identities: this server's public origin. */
  audience: string
  sessionSecret: string
  replyEmailDelayMs: number
  onError: (error: unknown) => void
  /** For benchmarks and load tests; the defaults suit people. */
  limits?: Partial<Record<keyof Deps['limits'], RateLimitOptions>>
}

/** What a person never reaches and a program does at once. */
const LIMITS = {
  send: { burst: 100, perSecond: 2 },
  typing: { burst: 20, perSecond: 2 },
  startSession: { burst: 60, perSecond: 1 },
  logIn: { burst: 10, perSecond: 1 / 30 },
  logInFrom: { burst: 40, perSecond: 1 / 5 },
} satisfies Record<keyof Deps['limits'], RateLimitOptions>

export interface Api {
  router: AppRouter
  /** Who a session token belongs to. */
  callerOf: (token: string) => Promise<Caller>
  /** To be run every few seconds. */
  sweep: () => Promise<void>
  /** Resolves when no message is on its way into the database. */
  idle: () => Promise<void>
  close: () => void
}

/** Makes the router and what stands behind it. The schema must be up to date. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { db, reserved = db, hub, sessionSecret, replyEmailDelayMs, onError } = options
  let epoch = await readEpoch(db)
  const limit = (name: keyof Deps['limits']) => new RateLimit(options.limits?.[name] ?? LIMITS[name])
  const deps: Deps = {
    db,
    hub,
    writer: new MessageWriter({ db: reserved, replyEmailDelayMs }),
    inbox: new InboxFeed({ db, hub, onError }),
    epoch: () => epoch,
    identity: { secrets: options.identitySecrets, audience: options.audience },
    passwords: createPasswords(),
    sessionSecret,
    replyEmailDelayMs,
    limits: {
      send: limit('send'),
      typing: limit('typing'),
      startSession: limit('startSession'),
      logIn: limit('logIn'),
      logInFrom: limit('logInFrom'),
    },
  }
  const sweep = createSweep({
    db: reserved,
    hub,
    inbox: deps.inbox,
    onEpoch: (current) => {
      epoch = current
    },
  })
  return {
    router: createAppRouter(deps),
    callerOf: (token) => callerOfToken(db, sessionSecret, token),
    sweep,
    idle: () => deps.writer.idle(),
    close: () => deps.inbox.close(),
  }
}
