import { connect } from '@acme/db'
import { freshDatabase } from '@acme/local/testing'
import { Hub } from '@acme/realtime'
import { expect, test } from 'vitest'
import { createApi } from './server.ts'
import { AUDIENCE, IDENTITY_SECRET, SESSION_SECRET } from './testing/fixture.ts'

test('a sweep has connections of its own, however many are reading', async () => {
  await using database = await freshDatabase()
  const db = connect({ url: database.url, max: 1 })
  const reserved = connect({ url: database.url, max: 2 })
  const api = await createApi({
    db,
    reserved,
    hub: new Hub(),
    identitySecrets: [IDENTITY_SECRET],
    audience: AUDIENCE,
    sessionSecret: SESSION_SECRET,
    replyEmailDelayMs: 1_000,
    onError: () => {},
  })
  const reader = await db.pool.connect()
  await expect(api.sweep()).resolves.toBeUndefined()
  reader.release()
  api.close()
  await Promise.all([db.destroy(), reserved.destroy()])
})
