import { type Db, readEpoch } from '@acme/db'
import type { Hub } from '@acme/realtime'
import { InboxFeed } from './admin/inbox-feed.ts'
import { readChatStates } from './chat/activity/chat-states.ts'
import { Rooms } from './chat/activity/rooms.ts'
import { MessageWriter } from './chat/message-writer.ts'
import { readMessagesSince } from './chat/messages-since.ts'
import { ReadingBudget } from './chat/reading-budget.ts'
import type { Deps } from './deps.ts'
import type { Caller } from './identity/caller.ts'
import { keepLanguage } from './identity/language.ts'
import { createPasswords } from './identity/password.ts'
import { readCallers } from './identity/sessions.ts'
import { RateLimit, type RateLimitOptions } from './rate-limit.ts'
import { type AppRouter, createAppRouter } from './router.ts'
import { forgetExpiredLimits, SharedRateLimit, type SharedRateLimitOptions } from './shared-rate-limit.ts'
import { createSweep } from './sweep.ts'
import { stringifyOutput, transformer } from './transformer.ts'

export { addressKey } from './address-key.ts'
export { ensureFirstAdmin } from './admin/team/first-admin.ts'
export { MessageWriter } from './chat/message-writer.ts'
export type { Context, SocketTransport } from './context.ts'
export { Refusal } from './errors.ts'
export { sessionTopic } from './hints.ts'
export type { Caller } from './identity/caller.ts'
export { DEVICE_DAYS } from './identity/device-token.ts'
export { languageTag } from './identity/language.ts'
export { errorIdOf, refusalOf } from './procedures.ts'
export { RateLimit, type RateLimitOptions } from './rate-limit.ts'
export type { AppRouter } from './router.ts'

export interface ApiOptions {
  db: Db
  /** Connections for sending, for sockets that open or fall behind, for the inbox feed and for sweeping, so that no other reading holds them up; `db` unless given. */
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
  limits?: Partial<LimitOptions>
}

interface LimitOptions {
  send: RateLimitOptions
  typing: RateLimitOptions
  calls: RateLimitOptions
  /** In bytes of messages. */
  reading: RateLimitOptions
  startSession: SharedRateLimitOptions
  logIn: SharedRateLimitOptions
  logInFrom: SharedRateLimitOptions
  logInFromNetwork: SharedRateLimitOptions
  logInFromDevice: SharedRateLimitOptions
}

/** What a person never reaches and a program does at once. */
const LIMITS = {
  send: { burst: 100, perSecond: 2 },
  typing: { burst: 20, perSecond: 2 },
  calls: { burst: 300, perSecond: 50 },
  reading: { burst: 4 * 1024 * 1024, perSecond: 1024 * 1024 },
  startSession: { points: 60, windowSeconds: 60 },
  logIn: { points: 10, windowSeconds: 300 },
  logInFrom: { points: 40, windowSeconds: 300 },
  logInFromNetwork: { points: 200, windowSeconds: 300 },
  logInFromDevice: { points: 10, windowSeconds: 300 },
} satisfies LimitOptions

export interface Api {
  router: AppRouter
  /** Who a session token belongs to. */
  callerOf: (token: string) => Promise<Caller>
  /** Keeps the language that a user's client says they read. */
  keepLanguage: (userId: string, language: string) => Promise<void>
  /** Reads an input as it came over the wire, and writes an answer: the router's transformer, only faster. */
  parseInput: (input: unknown) => unknown
  stringifyOutput: (value: unknown) => string
  /** Charges a person for calls over all their sockets to this process; gives how many of them may run. */
  chargeCalls: (userId: string, calls: number) => number
  /** To be run every few seconds. */
  sweep: () => Promise<void>
  /** To be run every few minutes. */
  forgetExpiredLimits: () => Promise<void>
  /** Resolves when no message is on its way into the database. */
  idle: () => Promise<void>
  close: () => void
}

/** Makes the router and what stands behind it. The schema must be up to date. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { db, reserved = db, hub, sessionSecret, replyEmailDelayMs, onError } = options
  let epoch = await readEpoch(db)
  const limits = { ...LIMITS, ...options.limits }
  const shared = { db, secret: sessionSecret }
  const deps: Deps = {
    db,
    hub,
    writer: new MessageWriter({ db: reserved, replyEmailDelayMs }),
    inbox: new InboxFeed({ db: reserved, hub, onError }),
    rooms: new Rooms({ hub, readState: readChatStates(reserved), onError }),
    messagesSince: readMessagesSince(reserved),
    reading: new ReadingBudget(limits.reading),
    epoch: () => epoch,
    identity: { secrets: options.identitySecrets, audience: options.audience },
    passwords: createPasswords(),
    sessionSecret,
    replyEmailDelayMs,
    limits: {
      send: new RateLimit(limits.send),
      typing: new RateLimit(limits.typing),
      startSession: new SharedRateLimit('start-session', limits.startSession, shared),
      logIn: new SharedRateLimit('log-in', limits.logIn, shared),
      logInFrom: new SharedRateLimit('log-in-from', limits.logInFrom, shared),
      logInFromNetwork: new SharedRateLimit('log-in-from-network', limits.logInFromNetwork, shared),
      logInFromDevice: new SharedRateLimit('log-in-from-device', limits.logInFromDevice, shared),
    },
  }
  const calls = new RateLimit(limits.calls)
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
    callerOf: readCallers(reserved, sessionSecret),
    keepLanguage: (userId, language) => keepLanguage(db, userId, language),
    parseInput: transformer.input.deserialize,
    stringifyOutput,
    chargeCalls: (userId, count) => calls.takeUpTo(userId, count),
    sweep,
    forgetExpiredLimits: () => forgetExpiredLimits(db),
    idle: () => deps.writer.idle(),
    close() {
      deps.inbox.close()
      deps.rooms.close()
    },
  }
}
