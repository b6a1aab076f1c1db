import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, migrate } from '@acme/db'
import { startPostgres } from '@acme/local'
import { TEMPLATE, TEST_POSTGRES } from '@acme/local/testing'
import chromium from '@sparticuz/chromium'

/** One real Postgres for the whole run, with a migrated template that each test file clones. */
export default async function setup(): Promise<() => Promise<void>> {
  // Unpacked before the test files run side by side: a browser that is still being written cannot be started.
  await chromium.executablePath()
  const folder = await mkdtemp(join(tmpdir(), 'acme-test-'))
  // Postgres runs as somebody else when we are root, who must be able to enter.
  await chmod(folder, 0o755)
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    settings: { max_connections: '300' },
  })
  await postgres.createDatabase(TEMPLATE)
  const db = connect({ url: postgres.urlOf(TEMPLATE) })
  await migrate(db)
  await db.destroy()
  process.env[TEST_POSTGRES] = postgres.url
  return async () => {
    await postgres.stop('immediate')
    await rm(folder, { recursive: true, force: true })
  }
}
