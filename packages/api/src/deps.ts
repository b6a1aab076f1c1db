import type { Db } from '@acme/db'
import type { Hub } from '@acme/realtime'
import type { InboxFeed } from './admin/inbox-feed.ts'
import type { Rooms } from './chat/activity/rooms.ts'
import type { MessageWriter } from './chat/message-writer.ts'
import type { ReadSince } from './chat/messages-since.ts'
import type { ReadingBudget } from './chat/reading-budget.ts'
import type { IdentityRules } from './identity/identity-token.ts'
import type { Passwords } from './identity/password.ts'
import type { RateLimit } from './rate-limit.ts'
import type { SharedRateLimit } from './shared-rate-limit.ts'

/** What use cases work with; made once, in `server.ts`. */
export interface Deps {
  db: Db
  hub: Hub
  writer: MessageWriter
  inbox: InboxFeed
  rooms: Rooms
  messagesSince: ReadSince
  /** Charged with every page of messages. */
  reading: ReadingBudget
  /** The database's epoch as last seen; the sweep keeps it current. */
  epoch: () => string
  identity: IdentityRules
  passwords: Passwords
  /** Keys the hashes of session tokens. */
  sessionSecret: string
  /** How long a reply may stay unread before it is emailed. */
  replyEmailDelayMs: number
  limits: {
    /** Per person, in this process. */
    send: RateLimit
    /** Per person, in this process. */
    typing: RateLimit
    /** Per address. */
    startSession: SharedRateLimit
    /** Failed ones, per address and email. */
    logIn: SharedRateLimit
    /** Failed ones, per address. */
    logInFrom: SharedRateLimit
    /** Failed ones, per wider network. */
    logInFromNetwork: SharedRateLimit
    /** Failed ones of a browser that has logged in before; it counts in none of the others. */
    logInFromDevice: SharedRateLimit
  }
}
