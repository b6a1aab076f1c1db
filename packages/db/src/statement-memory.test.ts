import { freshDatabase, shareSurviving } from '@acme/local/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Db } from './connect.ts'
import { statement } from './statement.ts'

const ROWS = 64
/** Of 256 kB each, one after the other. */
const STATEMENTS = 1_000
/** What is under way when a collection comes survives it. */
const MOST_SURVIVING = 0.2

const TEXT = `select n, repeat('x', 4000) as content from generate_series(1, ${ROWS}) n`
const named = statement<[], { content: string }>('rows_of_text', TEXT)
const ways: Record<string, (db: Db) => Promise<unknown>> = {
  'a named statement': (db) => named(db.pool, []),
  'a statement of Kysely': (db) => sql.raw(TEXT).execute(db),
}

test.each(Object.entries(ways))(
  'the rows of %s are young garbage once they were used',
  async (_name, read) => {
    await using database = await freshDatabase()
    await using db = connect({ url: database.url })
    // Compiled, and the connection open.
    for (let n = 0; n < 50; n++) await read(db)
    const surviving = await shareSurviving(async () => {
      for (let n = 0; n < STATEMENTS; n++) await read(db)
    })
    expect(surviving).toBeLessThan(MOST_SURVIVING)
  },
)
