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

/** A mail server that takes everything, and does to a connection after each mail what a test wants. */
async function mailServer(afterMail: (socket: Socket, mails: number) => void = () => {}, host = '127.0.0.1') {
  const seen = { connections: 0, mails: 0 }
  const commands: string[] = []
  const server = createServer((socket) => {
    seen.connections += 1
    let inText = false
    socket.on('error', () => {})
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      const said = chunk.toString()
      commands.push(said)
      if (inText) {
        if (!said.endsWith('\r\n.\r\n')) return
        inText = false
        seen.mails += 1
        socket.write('250 taken\r\n')
        afterMail(socket, seen.mails)
      } else if (said.startsWith('DATA')) {
        inText = true
        socket.write('354 go on\r\n')
      } else if (said.startsWith('EHLO')) socket.write('250-test\r\n250 AUTH PLAIN\r\n')
      else if (said.includes('nobody@')) socket.write('550 nobody of that name\r\n')
      else socket.write('250 fine\r\n')
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
  await using server = await mailServer((socket, mails) => {
    if (mails > 1) return
    // After the answer has left.
    setImmediate(() => {
      socket.once('close', () => ended.resolve())
      end(socket)
    })
  })
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  await ended.promise
  expect(await server.mailer.send(MAIL)).toMatchObject({ type: 'sent' })
  expect(server.seen).toEqual({ connections: 2, mails: 2 })
})

// All of 127.0.0.0/8 is this machine on Linux alone.
test.skipIf(process.platform !== 'linux')(
  'a password goes to another host encrypted, or not at all unless one says so (needs Linux)',
  async () => {
    await using server = await mailServer(() => {}, '127.0.0.2')
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
