import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from './mailbox.ts'

let folder: string
let mailbox: Mailbox

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-mailbox-'))
  mailbox = await startMailbox({ folder })
})

afterEach(async () => {
  await mailbox.close()
  await rm(folder, { recursive: true, force: true })
})

test('a mail is kept with its parts, its raw headers and its envelope', async () => {
  const coming = mailbox.next((mail) => mail.subject === 'Grüße', 2_000)
  await send(mailbox.port, BOTH_PARTS)
  const mail = await coming
  expect(mail).toMatchObject({
    messageId: '<one@support.example>',
    from: '"Acme Support" <support@support.example>',
    to: ['alice@customer.example', 'bcc@customer.example'],
    text: 'Hello Alice\n',
    html: '<p>Hello <b>Alice</b></p>\n',
  })
  expect(mail.headers.get('list-unsubscribe')).toBe(
    '<https://support.example/unsubscribe>, <mailto:no@support.example>',
  )
  expect(await mailbox.next((one) => one.id === mail.id, 0)).toBe(mail)
})

test('waiting for a mail that does not come says what came instead', async () => {
  await send(mailbox.port, BOTH_PARTS)
  await expect(mailbox.next((mail) => mail.subject === 'Other', 20)).rejects.toThrow(
    'No such mail came within 20 ms. In the mailbox: "Grüße" to alice@customer.example, bcc@customer.example.',
  )
})

test('mail in a folder outlives the process until it is cleared', async () => {
  await send(mailbox.port, BOTH_PARTS)
  await mailbox.close()
  const before = mailbox.messages()
  mailbox = await startMailbox({ folder })
  expect(mailbox.messages()).toEqual(before)
  expect(await readdir(folder)).toHaveLength(1)
  await mailbox.clear()
  expect(mailbox.messages()).toEqual([])
  expect(await readdir(folder)).toEqual([])
})

test('told to refuse, it delivers nothing and says so', async () => {
  mailbox.fail = 'refuse'
  await expect(send(mailbox.port, BOTH_PARTS)).rejects.toThrow('450')
  expect(mailbox.messages()).toEqual([])
  mailbox.fail = 'none'
  await send(mailbox.port, BOTH_PARTS)
  expect(mailbox.messages()).toHaveLength(1)
})

test('told to cut after the data, it delivers but the sender never hears of it', async () => {
  mailbox.fail = 'cut-after-data'
  await expect(send(mailbox.port, BOTH_PARTS)).rejects.toThrow('cut')
  expect(mailbox.messages()).toHaveLength(1)
})

test('a mail over 10 MiB is refused', async () => {
  await expect(
    send(mailbox.port, `Subject: big\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(10_600)}`),
  ).rejects.toThrow('552')
  expect(mailbox.messages()).toEqual([])
})

test('the page carries no mail, forbids scripts of mails, and reads them as JSON', async () => {
  await send(mailbox.port, BOTH_PARTS)
  const server = createServer(mailbox.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${address.port}${path}`, init)
  try {
    const page = await ask('/mailbox/')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(await page.text()).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
    expect((await ask('/mailbox/page.js')).headers.get('content-type')).toContain('text/javascript')
    const id = mailbox.messages()[0]?.id
    expect(await (await ask('/mailbox/messages')).json()).toMatchObject([{ id, preview: 'Hello Alice' }])
    expect(await (await ask(`/mailbox/messages/${id}`)).json()).toMatchObject({
      html: '<p>Hello <b>Alice</b></p>\n',
    })
    expect((await ask('/mailbox/messages/../../package.json')).status).toBe(404)
    expect(
      (await ask('/mailbox/messages', { method: 'DELETE', headers: { origin: 'https://evil.example' } }))
        .status,
    ).toBe(403)
    expect(mailbox.messages()).toHaveLength(1)
  } finally {
    server.close()
  }
})

const BOTH_PARTS = `From: Acme Support <support@support.example>
To: alice@customer.example
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Message-ID: <one@support.example>
List-Unsubscribe: <https://support.example/unsubscribe>,
 <mailto:no@support.example>
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Hello Alice

--b
Content-Type: text/html; charset=utf-8

<p>Hello <b>Alice</b></p>

--b--
`.replaceAll('\n', '\r\n')

/** Speaks SMTP by hand; throws the first answer that is not the expected one. */
async function send(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const answers = socket.setEncoding('utf8')[Symbol.asyncIterator]()
  const expectCode = async (code: string) => {
    const { value, done } = await answers.next().catch(() => ({ value: '', done: true }))
    if (done) throw new Error('The connection was cut.')
    if (!String(value).startsWith(code)) throw new Error(String(value))
  }
  try {
    await expectCode('220')
    const steps = [
      ['EHLO tests\r\n', '250'],
      ['MAIL FROM:<bounce@support.example>\r\n', '250'],
      ['RCPT TO:<alice@customer.example>\r\n', '250'],
      ['RCPT TO:<bcc@customer.example>\r\n', '250'],
      ['DATA\r\n', '354'],
      [`${text}\r\n.\r\n`, '250'],
    ] as const
    for (const [line, code] of steps) {
      socket.write(line)
      await expectCode(code)
    }
  } finally {
    socket.destroy()
  }
}
