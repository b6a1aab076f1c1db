import { connect } from '@acme/db'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Mailer } from './mailer.ts'
import { claimDue } from './reply-email/claim-due.ts'
import { runWorker, type WorkerOptions } from './run-worker.ts'
import { type Fixture, fixture, REPLY } from './testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  await f.mailbox.clear()
  await f.db.deleteFrom('supportChats').execute()
  await sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`.execute(f.db)
})

/** A worker that also ends when its test fails. */
async function start(options: Partial<WorkerOptions> = {}) {
  const worker = await runWorker({
    db: f.db,
    mailer: f.mailer,
    reply: REPLY,
    replyEmailDelayMs: 500,
    log: () => {},
    ...options,
  })
  return { ...worker, [Symbol.asyncDispose]: worker.stop }
}
const dueIn = (chatId: string, ms: number) =>
  f.db
    .updateTable('supportChats')
    .set({ replyEmailDueAt: sql<Date>`now() + ${ms} * interval '1 millisecond'` })
    .where('id', '=', chatId)
    .execute()

test('P8 a reply that becomes due while the worker runs is mailed once, and stopping leaves no job locked', async () => {
  await using worker = await start()
  const chatId = await f.chat(2)
  await dueIn(chatId, 500)
  await f.mailbox.next(() => true, 10_000)
  await vi.waitFor(async () => expect(await f.emails(chatId)).toMatchObject([{ state: 'sent' }]), 5_000)
  await worker.stop()
  expect(f.mailbox.messages()).toHaveLength(1)
  expect((await f.jobs()).filter(({ lockedAt }) => lockedAt)).toEqual([])
  expect((await f.jobs()).map(({ task }) => task)).not.toContain('sendReplyEmail')
})

test('P12 stopping in the middle of many mails finishes those under way, and another worker does the rest', async () => {
  const chats = await Promise.all(Array.from({ length: 30 }, () => f.chat()))
  await using first = await start()
  await f.mailbox.next(() => true, 10_000)
  await first.stop()
  expect((await f.jobs()).filter(({ lockedAt }) => lockedAt)).toEqual([])
  const states = (await Promise.all(chats.map(f.emails))).flat().map(({ state }) => state)
  expect(states.every((state) => state === 'sent')).toBe(true)
  await using second = await start()
  await vi.waitFor(() => expect(f.mailbox.messages()).toHaveLength(30), { timeout: 15_000 })
  await second.stop()
  expect(new Set(f.mailbox.messages().map(({ messageId }) => messageId)).size).toBe(30)
})

test('P8 a job under way at the stop is done and gone, also when the pool ends right after it', async () => {
  for (let round = 0; round < 5; round++) {
    const chatId = await f.chat()
    await using db = connect({ url: f.databaseUrl })
    const underWay = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const mailer: Pick<Mailer, 'send'> = {
      async send() {
        underWay.resolve()
        await mayEnd.promise
        return { type: 'sent', outcome: 'ok' }
      },
    }
    await using worker = await start({ db, mailer })
    await underWay.promise
    const stopped = worker.stop()
    mayEnd.resolve()
    await stopped
    await db.destroy()
    expect((await f.jobs()).filter(({ lockedAt, task }) => lockedAt || task === 'sendReplyEmail')).toEqual([])
    expect(await f.emails(chatId)).toMatchObject([{ state: 'sent' }])
  }
})

test('P8 two workers at the same time send each mail once', async () => {
  await Promise.all(Array.from({ length: 40 }, () => f.chat()))
  await using one = await start()
  await using other = await start()
  await vi.waitFor(() => expect(f.mailbox.messages()).toHaveLength(40), { timeout: 15_000 })
  await Promise.all([one.stop(), other.stop()])
  expect(f.mailbox.messages()).toHaveLength(40)
})

test('P8 due chats are handed on once, also when several workers look at the same moment', async () => {
  const chats = await Promise.all(Array.from({ length: 20 }, () => f.chat()))
  const handedOn = await Promise.all([claimDue(f.db), claimDue(f.db), claimDue(f.db)])
  expect(handedOn.reduce((sum, each) => sum + each.handedOn, 0)).toBe(20)
  expect((await f.jobs()).filter(({ task }) => task === 'sendReplyEmail')).toHaveLength(20)
  expect((await claimDue(f.db)).handedOn).toBe(0)
  expect((await claimDue(f.db)).nextAt?.getTime()).toBeGreaterThan(Date.now())
  expect(chats).toHaveLength(20)
})

test('P8 a chat whose job got lost is found again when its lease is over', async () => {
  const chatId = await f.chat()
  await claimDue(f.db)
  await sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`.execute(f.db)
  expect((await claimDue(f.db)).handedOn).toBe(0)
  await dueIn(chatId, -1)
  expect((await claimDue(f.db)).handedOn).toBe(1)
  await using worker = await start()
  await f.mailbox.next(() => true, 10_000)
  await worker.stop()
  expect(f.mailbox.messages()).toHaveLength(1)
})

test('P8 a lost job whose mail was refused for now is found too', async () => {
  const chatId = await f.chat()
  f.mailbox.fail = 'refuse'
  await using worker = await start()
  await vi.waitFor(async () => {
    const { rows } = await sql<{ error: string }>`select last_error as error from graphile_worker.jobs
      where task_identifier = 'sendReplyEmail' and last_error is not null`.execute(f.db)
    expect(rows).toHaveLength(1)
  }, 10_000)
  await worker.stop()
  f.mailbox.fail = 'none'
  await sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`.execute(f.db)
  // The lease is over, as it will be.
  await f.db
    .updateTable('supportChats')
    .set({ replyEmailDueAt: sql<Date>`reply_email_due_at - interval '2 minutes'` })
    .where('id', '=', chatId)
    .execute()
  await using next = await start()
  await f.mailbox.next(() => true, 10_000)
  await next.stop()
  expect(await f.emails(chatId)).toMatchObject([{ state: 'sent' }])
})
