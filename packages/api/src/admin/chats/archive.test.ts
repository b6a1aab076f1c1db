import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Member } from '../../identity/caller.ts'
import { refusal } from '../../testing/call.ts'
import { type Fixture, fixture } from '../../testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture({ replyEmailDelayMs: 300_000 })
})
afterAll(() => f[Symbol.asyncDispose]())

async function chatOf() {
  const user = await f.user()
  const admin = await f.admin()
  const { id: chatId } = await f.as(user).chat.get()
  return {
    user,
    admin,
    say: (who: Member) => f.as(who).chat.send({ chatId, id: uuidv7(), content: 'text' }),
    mark: (who: Member, upTo: number) => f.as(who).chat.markRead({ chatId, upTo }),
    archive: (upTo: number) => f.as(admin).admin.chats.archive({ chatId, upTo }),
    unarchive: () => f.as(admin).admin.chats.unarchive({ chatId }),
    row: () => f.db.selectFrom('supportChats').selectAll().where('id', '=', chatId).executeTakeFirstOrThrow(),
    /** As if so much time had passed: everything that is stored is that much older. */
    later: (ms: number) =>
      f.db
        .updateTable('supportMessages')
        .set({ createdAt: sql<Date>`created_at - ${ms} * interval '1 millisecond'` })
        .where('chatId', '=', chatId)
        .execute(),
  }
}

describe('archiving', () => {
  test('P7 a user’s message wakes an archived chat, an admin’s does not', async () => {
    const { user, admin, say, archive, row } = await chatOf()
    await say(user)
    await archive(1)
    await say(admin)
    expect((await row()).archivedAt).toBeInstanceOf(Date)
    await say(user)
    expect((await row()).archivedAt).toBeNull()
  })

  test('P7 archiving is refused while a newer user message is there, and changes nothing', async () => {
    const { user, admin, say, archive, row } = await chatOf()
    await say(user)
    await say(user)
    const before = await row()
    expect(await refusal(archive(1))).toMatchObject({ code: 'CONFLICT', reason: 'chat_moved_on' })
    expect(await refusal(archive(3))).toMatchObject({ code: 'BAD_REQUEST', reason: 'read_beyond_end' })
    expect(await row()).toEqual(before)
    await say(admin)
    // A colleague’s reply that this admin has not seen is no reason.
    expect((await archive(2)).archivedAt).toBeInstanceOf(Date)
  })

  test('archiving and restoring twice is doing it once', async () => {
    const { user, say, archive, unarchive, row } = await chatOf()
    await say(user)
    const first = await archive(1)
    expect(await archive(1)).toEqual(first)
    expect(await unarchive()).toEqual({ archivedAt: null })
    expect(await unarchive()).toEqual({ archivedAt: null })
    expect((await row()).archivedAt).toBeNull()
  })

  test('P7 however sends and archives race, no chat stays archived with a user message nobody named', async () => {
    let [refused, woken] = [0, 0]
    const trial = async () => {
      const { user, say, archive, row } = await chatOf()
      await say(user)
      const named = 1
      const tries = [() => say(user), () => archive(named)]
      if (Math.random() < 0.5) tries.reverse()
      if (Math.random() < 0.5) tries.push(() => say(user))
      const results = await Promise.allSettled(tries.map((each) => each()))
      const { archivedAt, lastUserSeq } = await row()
      expect(archivedAt === null || lastUserSeq <= named).toBe(true)
      if (results.some(({ status }) => status === 'rejected')) refused++
      else woken++
    }
    for (let round = 0; round < 30; round++) await Promise.all(Array.from({ length: 8 }, trial))
    // Both orders were really there.
    expect(Math.min(refused, woken)).toBeGreaterThan(5)
  })
})

describe('P8 the email about replies is due', () => {
  const minutes = 60_000

  test('five minutes after the first unread reply, however many follow', async () => {
    const { user, admin, say, row } = await chatOf()
    await say(user)
    expect((await row()).replyEmailDueAt).toBeNull()
    const { createdAt } = await say(admin)
    const due = (await row()).replyEmailDueAt?.getTime() ?? 0
    expect(Math.abs(due - createdAt.getTime() - 5 * minutes)).toBeLessThanOrEqual(1)
    await Promise.all([say(admin), say(admin), say(user)])
    expect((await row()).replyEmailDueAt?.getTime()).toBe(due)
  })

  test('no more once everything was read, and later for what was not', async () => {
    const { admin, user, say, mark, row, later } = await chatOf()
    await say(admin)
    await later(4 * minutes)
    const second = await say(admin)
    await mark(user, 1)
    const due = (await row()).replyEmailDueAt?.getTime() ?? 0
    expect(Math.abs(due - second.createdAt.getTime() - 5 * minutes)).toBeLessThanOrEqual(1)
    await mark(admin, 2)
    expect((await row()).replyEmailDueAt?.getTime()).toBe(due)
    await mark(user, 2)
    expect((await row()).replyEmailDueAt).toBeNull()
    await say(user)
    expect((await row()).replyEmailDueAt).toBeNull()
  })

  test('no more once the chat is archived', async () => {
    const { admin, say, archive, row } = await chatOf()
    await say(admin)
    await archive(1)
    expect((await row()).replyEmailDueAt).toBeNull()
  })

  test('exactly when something is unread, after any race of replies and reading', async () => {
    for (let round = 0; round < 60; round++) {
      const { admin, user, say, mark, row } = await chatOf()
      await say(admin)
      await Promise.all([say(admin), mark(user, 1), say(admin), say(user)])
      const { replyEmailDueAt, lastSeq } = await row()
      expect(replyEmailDueAt).not.toBeNull()
      await mark(user, lastSeq)
      expect((await row()).replyEmailDueAt).toBeNull()
    }
  })
})
