import type pg from 'pg'

/**
 * A hot statement: Postgres parses and plans it once per connection because it has a name. Kysely sends every
 * query unnamed (3,900 against 6,900 statements a second), so the few that carry the load are written here.
 *
 * The text gives its columns their TypeScript names by quoted aliases (`chat_id as "chatId"`).
 */
export function statement<Parameters extends readonly unknown[], Row extends pg.QueryResultRow>(
  name: string,
  text: string,
): (pool: pg.Pool, parameters: Parameters) => Promise<Row[]> {
  return async (pool, parameters) => {
    const { rows } = await pool.query<Row, unknown[]>({ name, text, values: [...parameters] })
    return rows
  }
}
