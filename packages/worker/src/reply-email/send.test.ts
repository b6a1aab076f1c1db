import { once } from 'node:events'
import { createServer } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMailer } from '../mailer.ts'
import { type Fixture, fixture, REPLY } from '../testing/fixture.ts'
import { claim, flagAbandoned } from './claim.ts'
import { claimDue } from './claim-due.ts'
import { sendReplyEmail } from './send.ts'

let f: Fixture
beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  f.mailbox.fail = 'none'
  await f.mailbox.clear()
  f.log.length = 0
})
const send = (chatId: string) => sendReplyEmail(f.options, chatId)
const change = (chatId: string, set: { userReadSeq?: number; archivedAt?: Date }) =>
  f.db.updateTable('supportChats').set(set).where('id', '=', chatId).execute()

describe('P8 the email about unread replies', () => {
  test('goes to the user once, with what was answered, and its text is no markup', async () => {
    const chatId = await f.chat(2, { email: 'ada@customer.example', name: 'Ada' })
    await send(chatId)
    const [mail, ...more] = f.mailbox.messages()
    expect(more).toEqual([])
    expect(mail?.to).toEqual(['ada@customer.example'])
    expect(mail?.subject).toBe('New reply from Acme Support')
    expect(mail?.text).toContain('> Reply 1 & <b>more</b>')
    expect(mail?.text).toContain('Reply 2')
    expect(mail?.html).toContain('Reply 1 &amp; &lt;b&gt;more&lt;/b&gt;')
    expect(mail?.html).toContain('Sam &lt;Support&gt;')
    expect(mail?.messageId).toBe(`<reply.${chatId}.2@acme.example>`)
    expect(await f.emails(chatId)).toMatchObject([{ state: 'sent', upToSeq: 2 }])
    expect(await f.row(chatId)).toMatchObject({ replyEmailDueAt: null, emailClaimedSeq: 2 })
  })

  test('is claimed before it is sent: the mail server sees it when the claim is committed', async () => {
    const chatId = await f.chat()
    let seen: unknown
    const mailer = {
      send: async () => {
        seen = [await f.emails(chatId), (await f.row(chatId)).emailClaimedSeq]
        return { type: 'sent', outcome: 'ok' } as const
      },
    }
    await sendReplyEmail({ ...f.options, mailer }, chatId)
    expect(seen).toMatchObject([[{ state: 'claimed', upToSeq: 1 }], 1])
  })

  test('is one per batch of replies, however often and however many at once try', async () => {
    const chatId = await f.chat(3)
    await Promise.all(Array.from({ length: 8 }, () => send(chatId)))
    await send(chatId)
    expect(f.mailbox.messages()).toHaveLength(1)
    await f.reply(chatId)
    await Promise.all(Array.from({ length: 4 }, () => send(chatId)))
    const texts = f.mailbox.messages().map(({ text }) => text.match(/you have (.*)\./)?.[1])
    expect(texts).toEqual(['3 new replies', 'a new reply'])
    expect((await f.emails(chatId)).map(({ upToSeq }) => upToSeq)).toEqual([3, 4])
  })

  test.each([
    [26, '21 earlier replies are in the conversation.'],
    [6, 'An earlier reply is in the conversation.'],
  ])('about %i replies counts all of them, shows the newest 5 and says so', async (count, omitted) => {
    const chatId = await f.chat(count)
    await send(chatId)
    const [mail] = f.mailbox.messages()
    for (const body of [mail?.text, mail?.html]) {
      expect(body).toContain(`you have ${count} new replies.`)
      expect(body).toContain(omitted)
      expect(body).not.toContain(`Reply ${count - 5} &`)
      expect(body).toContain(`Reply ${count - 4} &`)
    }
  })

  test('about 5 replies shows all of them', async () => {
    const chatId = await f.chat(5)
    await send(chatId)
    expect(f.mailbox.messages()[0]?.text).toContain('Reply 1 &')
    expect(f.mailbox.messages()[0]?.text).not.toContain('earlier')
  })

  test('is in the language of the user’s widget', async () => {
    const chatId = await f.chat(1, { email: 'ada@customer.example', name: 'Ada', language: 'de-CH' })
    await send(chatId)
    expect(f.mailbox.messages()[0]?.subject).toBe('Neue Antwort von Acme Support')
  })

  test('follows the chat’s earlier mails, and asks for no automatic answer', async () => {
    const chatId = await f.chat(1)
    await send(chatId)
    await f.reply(chatId)
    await send(chatId)
    await f.reply(chatId)
    await send(chatId)
    const ids = [1, 2, 3].map((seq) => `<reply.${chatId}.${seq}@acme.example>`)
    const header = (name: string) => f.mailbox.messages().map(({ headers }) => headers.get(name))
    expect(f.mailbox.messages().map(({ messageId }) => messageId)).toEqual(ids)
    expect(header('in-reply-to')).toEqual([undefined, ids[0], ids[1]])
    expect(header('references').at(-1)).toBe(`${ids[0]} ${ids[1]}`)
    expect(header('auto-submitted')).toEqual(Array(3).fill('auto-generated'))
    expect(header('x-auto-response-suppress')).toEqual(Array(3).fill('All'))
  })

  test('leads to the page with the widget, and can be unsubscribed from by one click', async () => {
    const chatId = await f.chat(1)
    await send(chatId)
    const [mail] = f.mailbox.messages()
    expect(mail?.text).toContain('https://shop.example/help#acme-chat')
    const [url = ''] = mail?.text.match(/https:\/\/support\.example\/unsubscribe\?token=\S+/) ?? []
    expect(url).not.toBe('')
    expect(mail?.headers.get('list-unsubscribe')).toBe(`<${url}>`)
    expect(mail?.headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    const { userId } = await f.db
      .selectFrom('supportChats')
      .select('userId')
      .where('id', '=', chatId)
      .executeTakeFirstOrThrow()
    expect(await REPLY.links.unsubscribes(new URL(url).searchParams.get('token') ?? '')).toBe(userId)
  })

  test('has only what is unread', async () => {
    const chatId = await f.chat(3)
    await change(chatId, { userReadSeq: 2 })
    await send(chatId)
    expect(f.mailbox.messages()[0]?.text).not.toContain('Reply 2')
    expect(f.mailbox.messages()[0]?.text).toContain('Reply 3')
  })

  test.each([
    ['read', (id: string) => change(id, { userReadSeq: 2 }), undefined],
    ['archived', (id: string) => change(id, { archivedAt: new Date() }), undefined],
    ['opted out', async () => {}, { email: 'a@b.example', name: null, emailOptedOutAt: new Date() }],
    ['without an address', async () => {}, { email: null, name: 'Ada' }],
  ])('is not sent when the chat is or the user has %s, and nothing stays due', async (_, act, user) => {
    const chatId = await f.chat(2, user)
    await act(chatId)
    await send(chatId)
    expect(f.mailbox.messages()).toEqual([])
    expect(await f.emails(chatId)).toEqual([])
    expect(await f.row(chatId)).toMatchObject({ replyEmailDueAt: null, emailClaimedSeq: 0 })
    expect(f.log).toEqual([expect.stringContaining('no reply email')])
  })

  test('of a chat that is gone is nothing', async () => {
    await send(crypto.randomUUID())
    expect(f.mailbox.messages()).toEqual([])
  })
})

describe('P8 when something breaks on the way', () => {
  test('a claim whose worker died is flagged as unknown and never sent', async () => {
    const chatId = await f.chat()
    await claim(f.db, chatId)
    expect(await flagAbandoned(f.db)).toBe(0)
    await f.db
      .updateTable('replyEmails')
      .set({ updatedAt: sql<Date>`now() - interval '3 minutes'` })
      .execute()
    const others = f.db.updateTable('replyEmails').set({ state: 'sent' }).where('chatId', '!=', chatId)
    await others.execute()
    expect(await flagAbandoned(f.db)).toBe(1)
    expect(await flagAbandoned(f.db)).toBe(0)
    await claimDue(f.db)
    await send(chatId)
    expect(f.mailbox.messages()).toEqual([])
    expect(await f.emails(chatId)).toMatchObject([{ state: 'unknown' }])
  })

  test('a refusal for now gives the claim back, it is due again, and a later try sends once', async () => {
    const chatId = await f.chat()
    f.mailbox.fail = 'refuse'
    await expect(send(chatId)).rejects.toThrow('did not take the mail')
    expect(await f.emails(chatId)).toEqual([])
    const row = await f.row(chatId)
    expect(row.emailClaimedSeq).toBe(0)
    // Should its job be lost, the sweep must find it: it is due, though not this moment.
    expect(row.replyEmailDueAt?.getTime()).toBeGreaterThan(Date.now())
    f.mailbox.fail = 'none'
    await send(chatId)
    await send(chatId)
    expect(f.mailbox.messages()).toHaveLength(1)
    expect(await f.emails(chatId)).toMatchObject([{ state: 'sent' }])
  })

  test('a mail server that is not there gives the claim back', async () => {
    const chatId = await f.chat()
    const mailer = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.example' })
    await expect(sendReplyEmail({ ...f.options, mailer }, chatId)).rejects.toThrow('did not take the mail')
    expect(await f.emails(chatId)).toEqual([])
    expect((await f.row(chatId)).emailClaimedSeq).toBe(0)
  })

  test('a connection that breaks after the text leaves it unknown: one mail, never another', async () => {
    const chatId = await f.chat()
    f.mailbox.fail = 'cut-after-data'
    await send(chatId)
    f.mailbox.fail = 'none'
    expect(await f.emails(chatId)).toMatchObject([{ state: 'unknown' }])
    await claimDue(f.db)
    await send(chatId)
    expect(f.mailbox.messages()).toHaveLength(1)
  })

  test.each([
    ['a greeting that refuses us', { greeting: '554 no' }, 'not_sent'],
    ['a connection that ends after the greeting', { ehlo: null }, 'not_sent'],
    ['a sender that is refused', { mail: '550 not you' }, 'not_sent'],
    ['a log-in that is refused', { ehlo: '250-test\r\n250 AUTH PLAIN', auth: '535 wrong' }, 'not_sent'],
    ['a recipient that is put off', { rcpt: '450 later' }, 'not_sent'],
    ['a recipient that is refused', { rcpt: '550 nobody of that name' }, 'rejected'],
    ['a text that is refused', { text: '554 spam' }, 'rejected'],
  ] as const)('%s is %s', async (_name, answers: Partial<Record<string, string | null>>, type) => {
    await using server = createServer((socket) => {
      const say = (step: string, usual: string) => {
        const answer = answers[step] === undefined ? usual : answers[step]
        if (answer === null) socket.end()
        else socket.write(`${answer}\r\n`)
      }
      let inText = false
      socket.on('error', () => {})
      say('greeting', '220 test')
      socket.on('data', (chunk) => {
        const said = chunk.toString()
        if (inText) {
          if (said.endsWith('\r\n.\r\n')) say('text', '250 taken')
          return
        }
        const step = said.slice(0, 4).trim().toLowerCase()
        inText = step === 'data'
        say(step, inText ? '354 go on' : '250 fine')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const user = answers.auth === undefined ? '' : 'user:secret@'
    const mailer = createMailer({ smtpUrl: `smtp://${user}127.0.0.1:${port}`, from: 'a@b.example' })
    const mail = { subject: 's', text: 't', html: 'h', messageId: '<m@b.example>' }
    const handover = await mailer.send({ ...mail, to: { name: '', address: 'ada@customer.example' } })
    mailer.close()
    expect(handover.type).toBe(type)
    expect(handover.outcome).not.toContain('ada@')
  })

  test.each(['ends', 'is reset'])(
    'the mailer itself sends nothing twice when the connection %s after the text',
    async (how) => {
      let mails = 0
      await using server = createServer((socket) => {
        let text = false
        socket.on('error', () => {})
        socket.write('220 test\r\n')
        socket.on('data', (chunk) => {
          const said = chunk.toString()
          if (!text && said.startsWith('DATA')) {
            text = true
            socket.write('354 go on\r\n')
          } else if (!text) socket.write('250 fine\r\n')
          else if (said.endsWith('\r\n.\r\n')) {
            mails++
            if (how === 'ends') socket.end()
            else socket.resetAndDestroy()
          }
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'a@b.example' })
      const chatId = await f.chat()
      await sendReplyEmail({ ...f.options, mailer }, chatId)
      expect(mails).toBe(1)
      expect(await f.emails(chatId)).toMatchObject([{ state: 'unknown' }])
    },
  )
})

describe('P9 P10 nobody else gets a mail through a name or an address', () => {
  test.each([
    ['Eve\r\nBcc: evil@z.example', 'a@y.example'],
    ['Eve" <evil@z.example>, "', 'a@y.example'],
    ['evil@z.example, b', 'a@y.example'],
    ['Eve\u0000\u0007', 'a@y.example'],
    ['Eve', 'a@y.example\r\nBcc: evil@z.example'],
    ['Eve', 'a@y.example, evil@z.example'],
    ['Eve', 'g:evil@z.example;'],
    ['Eve', 'a@y.example <evil@z.example>'],
    ['Eve', 'a@y.example\r\nRCPT TO:<evil@z.example>'],
    ['Eve', '"a@y.example evil@z.example"@x.example'],
  ])('%j %j', async (name, email) => {
    const safe = name.replaceAll('\u0000', '')
    const chatId = await f.chat(1, { name: safe, email })
    await send(chatId).catch(() => {})
    for (const { to, headers } of f.mailbox.messages()) {
      expect(to).toHaveLength(1)
      expect(to.join()).not.toMatch(/^evil@z\.example$/)
      expect(headers.has('bcc')).toBe(false)
      expect(headers.has('cc')).toBe(false)
    }
    if (email === 'a@y.example') expect(f.mailbox.messages().map(({ to }) => to)).toEqual([['a@y.example']])
  })
})
