import type { ColumnType, Generated, Kysely } from 'kysely'

/** A `timestamptz`: read as `Date`, written as `Date` or as SQL. */
type Timestamp = ColumnType<Date, Date, Date>
type DefaultNow = ColumnType<Date, Date | undefined, Date>
type NullableTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>

/** Everybody: the host's users, anonymous visitors, support staff. */
export interface UsersTable {
  /** UUIDv7. */
  id: string
  /** The host's own id of a signed user (`sub`); unique; null for visitors and admins. */
  externalId: string | null
  kind: 'user' | 'visitor' | 'admin'
  /** Normalised address, lower case; unique among admins. */
  email: string | null
  name: string | null
  /** A language tag (BCP 47): what the user's widget last spoke; null where none has told. */
  language: Generated<string | null>
  /** The user unsubscribed from reply emails. */
  emailOptedOutAt: NullableTimestamp
  /** A disabled admin can't log in, and open sessions end. */
  disabledAt: NullableTimestamp
  createdAt: DefaultNow
  updatedAt: DefaultNow
}

/** What an admin logs in with. */
export interface AdminCredentialsTable {
  userId: string
  /** `argon2id$memoryKiB$passes$lanes$salt$hash`, base64url. */
  passwordHash: string
  updatedAt: DefaultNow
}

/** Who is signed in: one row per browser. */
export interface SessionsTable {
  /** UUIDv7. */
  id: string
  userId: string
  /** HMAC-SHA256 of the token; the token itself is nowhere. */
  tokenHash: Buffer
  expiresAt: Timestamp
  createdAt: DefaultNow
}

/** One row, made at install. */
export interface InstallationTable {
  /** Always true: there is one row. */
  singleton: Generated<boolean>
  /** Changed after a restore from a backup, so that cursors from the lost future are noticed. */
  epoch: string
}

/** One per user, for ever. */
export interface SupportChatsTable {
  /** UUIDv7. */
  id: string
  userId: string
  /** `seq` of the newest message, which is also their number; 0 when empty. */
  lastSeq: Generated<number>
  /** `seq` of the newest user message; 0 when none. */
  lastUserSeq: Generated<number>
  /** The user has read up to here. Never goes back. */
  userReadSeq: Generated<number>
  /** Support staff have read up to here. Never goes back. */
  adminReadSeq: Generated<number>
  /** When the unread replies are to be emailed; null when there is nothing to email. */
  replyEmailDueAt: NullableTimestamp
  /** Replies up to here were claimed for an email and are never claimed again. */
  emailClaimedSeq: Generated<number>
  /** Time of the newest message; of the chat's making while it is empty. */
  lastMessageAt: DefaultNow
  /** First 100 characters of the newest message. */
  lastMessagePreview: string | null
  lastMessageSenderType: 'user' | 'admin' | null
  /** When an admin last opened the chat. */
  adminViewedAt: NullableTimestamp
  archivedAt: NullableTimestamp
  createdAt: DefaultNow
  updatedAt: DefaultNow
}

export interface SupportMessagesTable {
  /** UUIDv7, chosen by the sender: the same id twice is one message. */
  id: string
  chatId: string
  /** 1, 2, 3 … per chat without gaps, given under the chat's row lock. */
  seq: number
  /** Plain text, 1 to 4,000 characters. */
  content: string
  senderType: 'user' | 'admin'
  senderId: string
  /** When the other side read it. */
  readAt: NullableTimestamp
  /** Taken under the chat's row lock: never runs against `seq`. */
  createdAt: DefaultNow
  updatedAt: DefaultNow
}

/** One row per reply email that was claimed: what became of it. */
export interface ReplyEmailsTable {
  chatId: string
  /** The newest reply it covers. */
  upToSeq: number
  /**
   * `claimed` while being handed over, `sent` once the mail server took it, `rejected` when it refused for good,
   * `unknown` when the connection broke after the text was sent: never sent again, somebody should know.
   */
  state: 'claimed' | 'sent' | 'rejected' | 'unknown'
  /** The mail server's words, for the operator. */
  outcome: string | null
  createdAt: DefaultNow
  updatedAt: DefaultNow
}

/** What the limits that all processes share have counted; unlogged, so a crash of Postgres forgets it. */
export interface RateLimitsTable {
  /** The limit's name and an HMAC of what is counted: no address and no email. */
  key: string
  points: number
  /** When the window ends, in milliseconds since 1970: a `bigint`, which the driver reads as text. */
  expire: string
}

export interface Tables {
  users: UsersTable
  adminCredentials: AdminCredentialsTable
  sessions: SessionsTable
  installation: InstallationTable
  supportChats: SupportChatsTable
  supportMessages: SupportMessagesTable
  replyEmails: ReplyEmailsTable
  rateLimits: RateLimitsTable
}

/** What may read and write tables: the database or a transaction in it. */
export type Queries = Kysely<Tables>
