import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../testing/stack.ts'
import { logIn, overSocket, signInAs, somebody } from '../testing/wire.ts'

let stack: Stack
let db: pg.Client
beforeAll(async () => {
  stack = await startStack({ env: { REPLY_EMAIL_DELAY: '200ms' } })
  db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
})
afterAll(async () => {
  await db?.end()
  await stack?.[Symbol.asyncDispose]()
})

/** A user who wrote, got an answer and did not read it, and the mail about it. */
async function mailed(name: string) {
  const person = somebody(name)
  const user = await signInAs(stack, person)
  const { id: chatId } = await user.trpc.chat.get.query()
  const sam = await logIn(stack)
  const reply = () => sam.trpc.chat.send.mutate({ chatId, id: uuidv7(), content: 'A reply' })
  const optedOut = async () => (await sam.trpc.admin.chats.get.query({ chatId })).user.emailOptedOut
  await reply()
  const mail = await stack.mailbox.next(({ to }) => to.includes(person.email), 30_000)
  const [url = ''] = /(?<=<)https?:[^>]+/.exec(String(mail.headers.get('list-unsubscribe'))) ?? []
  return { chatId, url, reply, optedOut, email: person.email }
}

const oneClick = (url: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })
const emailsOf = async (chatId: string) =>
  (await db.query('select up_to_seq from reply_emails where chat_id = $1', [chatId])).rowCount
const notDue = async (chatId: string) => {
  const due = 'select reply_email_due_at is null as none from support_chats where id = $1'
  await expect.poll(async () => (await db.query(due, [chatId])).rows[0].none, { timeout: 30_000 }).toBe(true)
}

test('P8 one click ends the emails, without a cookie or a question; undone, they begin again', async () => {
  const { chatId, url, reply, optedOut } = await mailed('alice')
  expect(url).toContain(`${stack.url}/unsubscribe?token=`)
  expect(await optedOut()).toBe(false)
  // Whoever only opens the link, a mail scanner for example, changes nothing.
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(page.headers.get('set-cookie')).toBeNull()
  expect(await optedOut()).toBe(false)

  expect((await oneClick(url)).status).toBe(200)
  expect(await optedOut()).toBe(true)
  await reply()
  await notDue(chatId)
  expect(await emailsOf(chatId)).toBe(1)

  expect((await fetch(`${url}&undo=1`, { method: 'POST' })).status).toBe(200)
  expect(await optedOut()).toBe(false)
  await reply()
  await notDue(chatId)
  await expect.poll(() => emailsOf(chatId)).toBe(2)
})

test('P9 a link that was changed, or none, changes nothing and says so', async () => {
  const { url, optedOut } = await mailed('bob')
  const token = new URL(url).searchParams.get('token') ?? ''
  const [head, , signature] = token.split('.')
  const other = Buffer.from(JSON.stringify({ sub: uuidv7(), aud: 'unsubscribe' })).toString('base64url')
  for (const wrong of [
    '',
    '?token=',
    '?token=x',
    `?token=${head}.${other}.${signature}`,
    `?token=${'x'.repeat(5_000)}`,
  ]) {
    const answer = await oneClick(`${stack.url}/unsubscribe${wrong}`)
    expect(answer.status, wrong).toBe(400)
    expect(await answer.text()).toContain('not complete')
  }
  expect(await optedOut()).toBe(false)
})

test('the mail and its page are in the language that the user’s widget last spoke', async () => {
  const person = somebody('carla')
  const user = await signInAs(stack, person)
  const { id: chatId } = await user.trpc.chat.get.query()
  const language = async () =>
    (
      await db.query(
        'select language from users where id = (select user_id from support_chats where id = $1)',
        [chatId],
      )
    ).rows[0].language
  const speak = async (tag: string) => {
    using socket = overSocket(stack.url, user.credentials, { language: tag })
    await socket.trpc.chat.unread.query()
  }
  await speak('not a <language>')
  expect(await language()).toBeNull()
  await speak('de-AT')
  await expect.poll(language).toBe('de-AT')
  const sam = await logIn(stack)
  await sam.trpc.chat.send.mutate({ chatId, id: uuidv7(), content: 'Eine Antwort' })
  const mail = await stack.mailbox.next(({ to }) => to.includes(person.email), 30_000)
  expect(mail.subject).toMatch(/^Neue Antwort von /)
  const [url = ''] = /(?<=<)https?:[^>]+/.exec(String(mail.headers.get('list-unsubscribe'))) ?? []
  expect(await (await fetch(url)).text()).toContain('<html lang="de"')
})
