import { createHmac, randomBytes } from 'node:crypto'
import { type Db, type Queries, statement } from '@acme/db'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { gather } from '../gather.ts'
import type { Caller } from './caller.ts'

/** After its last use. */
const USER_SESSION_DAYS = 90
/** After log-in, however much it is used. */
const ADMIN_SESSION_DAYS = 7

/** A session is due to be extended when a day of it has gone, so that it is written once a day at most. */
const DUE = `u.kind <> 'admin' and s.expires_at < now() + interval '${USER_SESSION_DAYS - 1} days'`

/** The token as it may be kept: whoever reads the database can't use it. */
function hashToken(token: string, sessionSecret: string): Buffer {
  return createHmac('sha256', sessionSecret).update(token).digest()
}

/** Opens a session and returns its token, which is shown this once. */
export async function openSession(
  db: Queries,
  sessionSecret: string,
  user: { id: string; kind: 'user' | 'visitor' | 'admin' },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const days = user.kind === 'admin' ? ADMIN_SESSION_DAYS : USER_SESSION_DAYS
  await db
    .insertInto('sessions')
    .values({
      id: uuidv7(),
      userId: user.id,
      tokenHash: hashToken(token, sessionSecret),
      expiresAt: sql<Date>`now() + make_interval(days => ${days}::int)`,
    })
    .execute()
  return token
}

interface SessionRow {
  tokenHash: Buffer
  sessionId: string
  userId: string
  kind: 'user' | 'visitor' | 'admin'
  name: string | null
  email: string | null
  language: string | null
  due: boolean
}

const findSessions = statement<[tokenHashes: readonly Buffer[]], SessionRow>(
  'find_sessions',
  `select s.token_hash as "tokenHash", s.id as "sessionId", u.id as "userId", u.kind, u.name, u.email, u.language, ${DUE} as due
   from sessions s join users u on u.id = s.user_id
   where s.token_hash = any($1::bytea[]) and s.expires_at > now() and u.disabled_at is null`,
)

/** Of several that extend the same session at once the first one writes; nobody waits for it. */
const extendSessions = statement<[sessionIds: readonly string[]], never>(
  'extend_sessions',
  `update sessions set expires_at = now() + interval '${USER_SESSION_DAYS} days'
   where id in (
     select s.id from sessions s join users u on u.id = s.user_id
     where s.id = any($1::uuid[]) and s.expires_at > now() and ${DUE} for update of s skip locked)`,
)

/**
 * Tells who a token belongs to; anonymous when it is unknown, expired, ended, or its user is disabled. A user's session
 * is extended by its use. Tokens that are presented in the same moment are looked up by one statement.
 */
export function readCallers(db: Db, sessionSecret: string): (token: string) => Promise<Caller> {
  return gather(
    async (tokens) => {
      const hashes = tokens.map((token) => hashToken(token, sessionSecret))
      const sessions = await findSessions(db.pool, [hashes])
      const due = sessions.filter((session) => session.due).map(({ sessionId }) => sessionId)
      if (due.length > 0) await extendSessions(db.pool, [due])
      const byHash = new Map(sessions.map((session) => [session.tokenHash.toString('hex'), session]))
      return hashes.map((hash) => callerOf(byHash.get(hash.toString('hex'))))
    },
    { max: 500, atOnce: 2 },
  )
}

function callerOf(session: SessionRow | undefined): Caller {
  if (!session) return { type: 'anonymous' }
  const { sessionId, userId, kind, name, email, language } = session
  return kind === 'admin'
    ? { type: 'admin', userId, sessionId, name, email: email ?? '' }
    : { type: 'user', userId, sessionId, kind, name, language }
}

const findOpenSessions = statement<[sessionIds: readonly string[]], { id: string; due: boolean }>(
  'find_open_sessions',
  `select s.id, ${DUE} as due
   from sessions s join users u on u.id = s.user_id
   where s.id = any($1::uuid[]) and s.expires_at > now() and u.disabled_at is null`,
)

/**
 * Extends those of the sessions that are due, for they are in use. Returns those that have ended: logged out, expired,
 * or their user disabled.
 */
export async function keepSessions(db: Db, sessionIds: readonly string[]): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const open = await findOpenSessions(db.pool, [sessionIds])
  const due = open.filter((session) => session.due).map(({ id }) => id)
  if (due.length > 0) await extendSessions(db.pool, [due])
  const ids = new Set(open.map(({ id }) => id))
  return sessionIds.filter((id) => !ids.has(id))
}
