import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import * as conversations from './migrations/0001-conversations.ts'
import * as rateLimits from './migrations/0002-rate-limits.ts'
import * as language from './migrations/0003-language.ts'
import type { Queries } from './schema.ts'

/** Forward only. A new one is safe while the previous version still serves. */
const migrations: Record<string, Migration> = {
  '0001-conversations': conversations,
  '0002-rate-limits': rateLimits,
  '0003-language': language,
}

/**
 * Brings the schema up to date. Kysely holds an advisory lock meanwhile, so any number of processes may call
 * this at once, and calling it again does nothing; on a schema of a newer version, which is safe for the one before, as
 * well. Returns the names of the migrations it ran.
 *
 * @throws what the failed migration threw; nothing of that migration remains.
 */
export async function migrate(db: Queries): Promise<string[]> {
  if (await isOfNewerVersion(db)) return []
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** Whether a migration was run that is none of ours: this is an older process, started again while or after one upgrades. */
async function isOfNewerVersion(db: Queries): Promise<boolean> {
  const { rows } = await sql<{ isThere: boolean }>`
    select to_regclass('kysely_migration') is not null as "isThere"`.execute(db)
  if (!rows[0]?.isThere) return false
  const { rows: run } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return run.some(({ name }) => !Object.hasOwn(migrations, name))
}
