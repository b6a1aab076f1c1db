import pg from 'pg'
import { expect } from 'vitest'

export interface LockedUser extends AsyncDisposable {
  /** Waits until a statement of somebody else waits for the lock. */
  waitedFor: () => Promise<void>
  release: () => Promise<void>
}

/** Locks the row of a chat's user, so that sending a message of theirs stays under way for as long as a test says. */
export async function lockUserOf(databaseUrl: string, chatId: string): Promise<LockedUser> {
  const db = new pg.Client({ connectionString: databaseUrl })
  await db.connect()
  await db.query('begin')
  await db.query(
    'select 1 from users where id = (select user_id from support_chats where id = $1) for update',
    [chatId],
  )
  const blocked = async () => {
    const { rows } = await db.query(
      'select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))',
    )
    return rows.length
  }
  const release = () => db.end()
  return {
    waitedFor: () => expect.poll(blocked, { timeout: 60_000 }).toBeGreaterThan(0),
    release,
    [Symbol.asyncDispose]: release,
  }
}
