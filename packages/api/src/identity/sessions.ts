import { createHmac, randomBytes } from 'node:crypto'
import { type Db, type Queries, statement } from '@acme/db'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Caller } from './caller.ts'

const USER_SESSION_DAYS = 90
const ADMIN_SESSION_DAYS = 7

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
  sessionId: string
  userId: string
  kind: 'user' | 'visitor' | 'admin'
  name: string | null
  email: string | null
}

const findSession = statement<[tokenHash: Buffer], SessionRow>(
  'find_session',
  `select s.id as "sessionId", u.id as "userId", u.kind, u.name, u.email
   from sessions s join users u on u.id = s.user_id
   where s.token_hash = $1 and s.expires_at > now() and u.disabled_at is null`,
)

/** Who a token belongs to; anonymous when it is unknown, expired, ended, or its user is disabled. */
export async function callerOfToken(db: Db, sessionSecret: string, token: string): Promise<Caller> {
  const [session] = await findSession(db.pool, [hashToken(token, sessionSecret)])
  if (!session) return { type: 'anonymous' }
  const { sessionId, userId, kind, name, email } = session
  return kind === 'admin'
    ? { type: 'admin', userId, sessionId, name, email: email ?? '' }
    : { type: 'user', userId, sessionId, kind, name }
}

/** Those of the sessions that have ended: logged out, expired, or their user disabled. */
export async function endedSessions(db: Queries, sessionIds: readonly string[]): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const alive = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select('sessions.id')
    .where('sessions.id', '=', sql<string>`any(${[...sessionIds]}::uuid[])`)
    .where('sessions.expiresAt', '>', sql<Date>`now()`)
    .where('users.disabledAt', 'is', null)
    .execute()
  const open = new Set(alive.map(({ id }) => id))
  return sessionIds.filter((id) => !open.has(id))
}

export const SESSION_TOPIC = 'session:'

/** Everybody who holds a connection of this session listens here; the only hint is that it has ended. */
export function sessionTopic(sessionId: string): string {
  return SESSION_TOPIC + sessionId
}
