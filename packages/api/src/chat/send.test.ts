import { connect } from '@acme/db'
import { Hub } from '@acme/realtime'
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../server.ts'
import { AUDIENCE, type Fixture, fixture, IDENTITY_SECRET, SESSION_SECRET } from '../testing/fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())

const rows = (chatId: string) =>
  f.db.selectFrom('supportMessages').selectAll().where('chatId', '=', chatId).orderBy('seq').execute()
const chatRow = (id: string) =>
  f.db.selectFrom('supportChats').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const send = (caller: Parameters<Fixture['as']>[0], chatId: string, content: string, id = uuidv7()) =>
  f.as(caller).chat.send({ chatId, id, content })

describe('sending', () => {
  test('P1 a message is committed before its sender is told and before anybody hears of it', async () => {
    const user = await f.user()
    const chat = await f.as(user).chat.get()
    const seenBeforeCommit: boolean[] = []
    const stop = f.hub.listen(`chat:${chat.id}`, ({ type }) => {
      if (type === 'message') seenBeforeCommit.push(false)
    })
    const reader = connect({ url: f.databaseUrl, max: 1 })
    const checks: Promise<void>[] = []
    const stopChecking = f.hub.listen(`chat:${chat.id}`, ({ type, seq }) => {
      if (type !== 'message') return
      checks.push(
        (async () => {
          const found = await reader
            .selectFrom('supportMessages')
            .select('id')
            .where('chatId', '=', chat.id)
            .where('seq', '=', Number(seq))
            .executeTakeFirst()
          expect(found).toBeDefined()
        })(),
      )
    })
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(user, chat.id, `message ${n}`)))
    await Promise.all(checks)
    expect(checks).toHaveLength(20)
    expect(seenBeforeCommit).toHaveLength(20)
    stop()
    stopChecking()
    await reader.destroy()
  })

  test('the sender type follows from who calls, and the chat keeps what its card needs', async () => {
    const user = await f.user('Ada')
    const admin = await f.admin('Grace')
    const { id } = await f.as(user).chat.get()

    const question = await send(user, id, '  Where is my parcel?\r\nThanks  ')
    expect(question).toMatchObject({ seq: 1, senderType: 'user', senderName: 'Ada', readAt: null })
    expect(question.content).toBe('Where is my parcel?\nThanks')
    const answer = await send(admin, id, 'x'.repeat(150))
    expect(answer).toMatchObject({ seq: 2, senderType: 'admin', senderName: 'Grace' })

    const chat = await chatRow(id)
    expect(chat).toMatchObject({ lastSeq: 2, lastUserSeq: 1, lastMessageSenderType: 'admin' })
    expect(chat.lastMessagePreview).toBe('x'.repeat(100))
    expect(chat.lastMessageAt).toEqual(answer.createdAt)
  })

  test('P3 the same id sent twice is one message, and the second answer equals the first', async () => {
    const user = await f.user()
    const { id: chatId } = await f.as(user).chat.get()
    const id = uuidv7()
    const first = await send(user, chatId, 'once', id)
    expect(await send(user, chatId, 'once', id)).toEqual(first)

    const again = uuidv7()
    const answers = await Promise.all(Array.from({ length: 25 }, () => send(user, chatId, 'at once', again)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await rows(chatId)).toHaveLength(2)
  })

  test('P3 the same id with other content, from somebody else or in another chat is a conflict', async () => {
    const [user, other, admin] = [await f.user(), await f.user('Bob'), await f.admin()]
    const { id: chatId } = await f.as(user).chat.get()
    const { id: otherChat } = await f.as(other).chat.get()
    const id = uuidv7()
    await send(user, chatId, 'mine', id)
    const conflict = { code: 'CONFLICT' }
    await expect(send(user, chatId, 'changed', id)).rejects.toMatchObject({ cause: conflict })
    await expect(send(admin, chatId, 'mine', id)).rejects.toMatchObject({ cause: conflict })
    await expect(send(other, otherChat, 'mine', id)).rejects.toMatchObject({ cause: conflict })
    expect(await rows(chatId)).toHaveLength(1)
    expect(await rows(otherChat)).toHaveLength(0)
  })

  test('P4 seq is 1, 2, 3 … without gaps and created_at never runs against it, with many writers in two processes', async () => {
    const user = await f.user()
    const { id: chatId } = await f.as(user).chat.get()
    const elsewhere = connect({ url: f.databaseUrl, max: 10 })
    const otherProcess = await createApi({
      db: elsewhere,
      hub: new Hub(),
      identitySecrets: [IDENTITY_SECRET],
      audience: AUDIENCE,
      sessionSecret: SESSION_SECRET,
      replyEmailDelayMs: 1000,
      onError: () => {},
      limits: { send: { burst: 1e6, perSecond: 1e6 } },
    })
    const there = otherProcess.router.createCaller({
      caller: user,
      address: '',
      transport: { type: 'http', setSessionCookie: () => {}, deviceToken: null, setDeviceCookie: () => {} },
    })
    // Every tenth is sent to both at the same time, as a client does that had no answer.
    const sends = Array.from({ length: 400 }, (_, n) => {
      const message = { chatId, id: uuidv7(), content: `message ${n}` }
      const here = f.as(user)
      if (n % 10 === 0) return Promise.all([here.chat.send(message), there.chat.send(message)])
      return n % 2 === 0 ? here.chat.send(message) : there.chat.send(message)
    })
    const answers = (await Promise.all(sends)).flat()
    for (const [one, two] of (await Promise.all(sends)).filter((answer) => Array.isArray(answer)))
      expect(two).toEqual(one)

    const stored = await rows(chatId)
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1))
    const times = stored.map(({ createdAt }) => createdAt.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(400)
    expect(await chatRow(chatId)).toMatchObject({ lastSeq: 400, lastUserSeq: 400 })
    otherProcess.close()
    await elsewhere.destroy()
  })

  test('P9 somebody else’s chat and an unknown one are answered alike, and nothing is stored', async () => {
    const [user, other] = [await f.user(), await f.user('Bob')]
    const { id: chatId } = await f.as(other).chat.get()
    const refusals = await Promise.all(
      [chatId, uuidv7(), uuidv4()].map((id) =>
        send(user, id, 'let me in').catch((error: Error) => error.message),
      ),
    )
    expect(new Set(refusals)).toEqual(new Set(['There is no such chat.']))
    expect(await rows(chatId)).toHaveLength(0)
  })

  test('one message that Postgres refuses fails alone, the others of its batch are stored', async () => {
    const user = await f.user()
    const { id: chatId } = await f.as(user).chat.get()
    const ghost = { ...user, userId: uuidv7() }
    const admin = await f.admin()
    // An admin whose row is gone violates the sender's foreign key.
    const gone = { ...admin, userId: ghost.userId }
    const results = await Promise.allSettled([
      ...Array.from({ length: 5 }, (_, n) => send(user, chatId, `good ${n}`)),
      send(gone, chatId, 'bad'),
      ...Array.from({ length: 5 }, (_, n) => send(admin, chatId, `fine ${n}`)),
    ])
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect((await rows(chatId)).map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1))
  })

  test('P4 what is refused or known leaves no gap among the messages it was stored with', async () => {
    const [user, stranger] = [await f.user(), await f.user()]
    const { id: chatId } = await f.as(user).chat.get()
    const first = await send(user, chatId, 'first')
    // The first goes alone; while it is stored the others gather.
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => {
        if (n % 3 === 1) return send(stranger, chatId, 'not mine')
        return n % 3 === 2 ? send(user, chatId, 'first', first.id) : send(user, chatId, `message ${n}`)
      }),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    expect((await rows(chatId)).map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, n) => n + 1))
    expect(await chatRow(chatId)).toMatchObject({ lastSeq: 11, lastUserSeq: 11 })
  })

  test('P10 content that is no text, blank or too long is refused with its reason and changes nothing', async () => {
    const user = await f.user()
    const { id: chatId } = await f.as(user).chat.get()
    const cases: [string, string][] = [
      ['', 'content_blank'],
      [' \n\t ', 'content_blank'],
      ['\u200b\u2060\ufeff', 'content_blank'],
      ['\u3164\u2800\u00a0', 'content_blank'],
      ['a\u0000b', 'content_invalid'],
      ['bell \u0007', 'content_invalid'],
      ['\ud83d', 'content_invalid'],
      ['x'.repeat(4001), 'content_too_long'],
      ['x'.repeat(1_000_000), 'content_too_long'],
    ]
    for (const [content, reason] of cases) {
      await expect(send(user, chatId, content), JSON.stringify(content.slice(0, 20))).rejects.toMatchObject({
        cause: { reason },
      })
    }
    expect(await rows(chatId)).toHaveLength(0)
    for (const content of ['x'.repeat(4000), '👩‍👩‍👧‍👦', 'שלום', '🇫🇷', 'ok\u202e', '😀'.repeat(4000)]) {
      await expect(send(user, chatId, content)).resolves.toMatchObject({ content })
    }
  })
})
