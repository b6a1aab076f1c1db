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
 * this at once, and calling it again does nothing. Returns the names of the migrations it ran.
 *
 * @throws what the failed migration threw; nothing of that migration remains.
 */
export async function migrate(db: Queries): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
