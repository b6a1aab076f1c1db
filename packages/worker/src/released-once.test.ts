import { connect } from '@acme/db'
import { freshDatabase } from '@acme/local/testing'
import { expect, test } from 'vitest'
import { releasedOnce } from './released-once.ts'

test('a connection that is given back twice is given back once', async () => {
  await using database = await freshDatabase()
  const db = connect({ url: database.url, max: 1 })
  const pool = releasedOnce(db.pool)
  await new Promise<void>((resolve, reject) => {
    pool.connect((error, _client, release) => {
      if (error) return reject(error)
      release()
      release()
      resolve()
    })
  })
  const client = await pool.connect()
  const { rows } = await client.query('select 1 as one')
  client.release()
  expect(rows).toEqual([{ one: 1 }])
  expect(pool.totalCount).toBe(1)
  await db.destroy()
})
