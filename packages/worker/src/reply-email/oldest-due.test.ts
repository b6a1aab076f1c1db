import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture } from '../testing/fixture.ts'
import { claimDue } from './claim-due.ts'
import { oldestDueReplySeconds } from './oldest-due.ts'
import { sendReplyEmail } from './send.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

test('the oldest due reply email counts from when it became due until it is claimed, also while its job waits', async () => {
  expect(await oldestDueReplySeconds(f.db)).toBe(0)

  const chatId = await f.chat()
  const later = await f.chat()
  const dueSince = (id: string, seconds: number) =>
    f.db
      .updateTable('supportChats')
      .set({ replyEmailDueAt: sql<Date>`now() - ${seconds} * interval '1 second'` })
      .where('id', '=', id)
      .execute()
  await dueSince(later, -60)
  await dueSince(chatId, 90)
  expect(await oldestDueReplySeconds(f.db)).toBeCloseTo(90, -1)

  await claimDue(f.db)
  await sql`update graphile_worker._private_jobs set created_at = now() - interval '300 seconds'`.execute(
    f.db,
  )
  expect(await oldestDueReplySeconds(f.db)).toBeCloseTo(300, -1)
  await f.db
    .updateTable('supportChats')
    .set({ replyEmailDueAt: sql<Date>`now()` })
    .where('id', '=', chatId)
    .execute()
  await claimDue(f.db)
  expect(await oldestDueReplySeconds(f.db)).toBeCloseTo(300, -1)

  await sendReplyEmail(f.options, chatId)
  expect(await oldestDueReplySeconds(f.db)).toBe(0)
})
