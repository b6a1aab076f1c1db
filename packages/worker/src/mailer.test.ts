import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createMailer } from './mailer.ts'

const MAIL = {
  to: { name: 'Ada', address: 'ada@customer.example' },
  subject: 'subject',
  text: 'text',
  html: '<p>text</p>',
  messageId: '<m@b.example>',
}

interface ServerOptions {
  host?: string
  /** What is done to a connection after each mail. */
  afterMail?: (socket: Socket, mails: number) => void
  /** Takes so many mails over one connection, and answers the next one with 421. */
  mostMails?: number
}

/** A mail server that lets commands come together (RFC 2920), and takes everything else. */
async function mailServer({
  host = '127.0.0.1',
  afterMail,
  mostMails = Number.POSITIVE_INFINITY,
}: ServerOptions = {}) {
  const seen = { connections: 0, mails: 0 }
  const commands: string[] = []
  const server = createServer((socket) => {
    seen.connections += 1
    let mails = 0
    let text: string | null = null
    const say = (line: string) => socket.write(`${line}\r\n`)
    const hear = (line: string) => {
      if (text !== null) {
        text += `${line}\n`
        if (line !== '.') return
        text = null
        mails += 1
        seen.mails += 1
        say('250 taken')
        afterMail?.(socket, seen.mails)
        return
      }
      commands.push(line)
      if (line.startsWith('EHLO')) say('250-test\r\n250-PIPELINING\r\n250 AUTH PLAIN')
      else if (mails >= mostMails) socket.end('421 enough\r\n')
      else if (line.includes('nobody@')) say('550 nobody of that name')
      else if (line.includes('later@')) say('450 later')
      else if (line === 'DATA' && /nobody@|later@/.test(commands.at(-2) ?? '')) say('503 to whom')
      else if (line === 'DATA') {
        text = ''
        say('354 go on')
      } else say(line.startsWith('AUTH') ? '235 fine' : '250 fine')
    }
    let rest = ''
    socket.on('error', () => {})
    say('220 test')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (socket.writable) hear(line)
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const mailer = createMailer({ smtpUrl: `smtp://${host}:${port}`, from: 'a@b.example' })
  return {
    seen,
    commands,
    port,
    mailer,
    async [Symbol.asyncDispose]() {
      mailer.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('mails one after the other share a connection, also after one that was refused', async () => {
  await using server = await mailServer()
  for (let n = 0; n < 5; n++) expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  const refused = await server.mailer.send({ ...MAIL, to: { name: '', address: 'nobody@customer.example' } })
  expect(refused.type).toBe('rejected')
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  expect(server.seen).toEqual({ connections: 1, mails: 6 })
})

test('mails at the same time have a connection each', async () => {
  await using server = await mailServer()
  await Promise.all([1, 2, 3].map(() => server.mailer.send(MAIL)))
  await Promise.all([1, 2, 3].map(() => server.mailer.send(MAIL)))
  expect(server.seen).toEqual({ connections: 3, mails: 6 })
})

test.each([
  ['ends', (socket: Socket) => socket.end()],
  ['is reset', (socket: Socket) => socket.resetAndDestroy()],
])('a kept connection that %s costs no mail, and doubles none', async (_how, end) => {
  const ended = Promise.withResolvers<void>()
  await using server = await mailServer({
    afterMail(socket, mails) {
      if (mails > 1) return
      // After the answer has left.
      setImmediate(() => {
        socket.once('close', () => ended.resolve())
        end(socket)
      })
    },
  })
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  await ended.promise
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  expect(server.seen).toEqual({ connections: 2, mails: 2 })
})

test('a server that takes some mails per connection and then says 421 gets all of them, each once', async () => {
  await using server = await mailServer({ mostMails: 3 })
  for (let n = 0; n < 20; n++) expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  expect(server.seen.mails).toBe(20)
})

test('a refusal for now over a kept connection is not asked for again at once', async () => {
  await using server = await mailServer()
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  const later = await server.mailer.send({ ...MAIL, to: { name: '', address: 'later@customer.example' } })
  expect(later.type).toBe('not_sent')
  expect(server.commands.filter((line) => line.includes('later@'))).toHaveLength(1)
})

test('a connection that ends before the text may go out is one over which nothing was sent', async () => {
  await using server = await mailServer({ mostMails: 0 })
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'not_sent' })
})

// All of 127.0.0.0/8 is this machine on Linux alone.
test.skipIf(process.platform !== 'linux')(
  'a password goes to another host encrypted, or not at all unless one says so (needs Linux)',
  async () => {
    await using server = await mailServer({ host: '127.0.0.2' })
    const address = `smtp://user:secret@127.0.0.2:${server.port}`
    for (const [smtpUrl, type] of [
      [address, 'not_sent'],
      [`${address}?requireTLS=false`, 'sent'],
    ] as const) {
      const mailer = createMailer({ smtpUrl, from: 'a@b.example' })
      expect((await mailer.send(MAIL)).type).toBe(type)
      expect(server.commands.some((said) => said.startsWith('AUTH'))).toBe(type === 'sent')
      mailer.close()
    }
  },
)
