import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { clearFolder, loadFolder, removeFromFolder, saveToFolder } from './mailbox/folder.ts'
import { type Delivery, type Mail, parseMail } from './mailbox/mail.ts'
import { mailboxPage } from './mailbox/page.ts'

export type { Mail } from './mailbox/mail.ts'

/**
 * - `refuse`: every recipient is refused for now (450), so nothing is delivered.
 * - `cut-after-data`: the mail is delivered, but the connection breaks before the sender is
 *   told: the sender cannot know.
 */
export type MailboxFault = 'none' | 'refuse' | 'cut-after-data'

export interface Mailbox {
  readonly smtpUrl: string
  readonly port: number
  /** What goes wrong from now on; `none` at first. */
  fail: MailboxFault
  /** Oldest first. */
  messages(): Mail[]
  /** The first mail that matches, also one that came before; rejects when none came in time. */
  next(predicate: (mail: Mail) => boolean, timeoutMs: number): Promise<Mail>
  clear(): Promise<void>
  /** Serves the page to read the mail, below `/mailbox/`. */
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/**
 * A real SMTP server on 127.0.0.1 that delivers to nobody: it keeps the mail to be read in
 * a page or a test. With a `folder` mail outlives the process, as one .eml file each. It
 * holds the newest 500.
 */
export async function startMailbox(options: { port?: number; folder?: string } = {}): Promise<Mailbox> {
  const { folder } = options
  let mails = folder === undefined ? [] : await loadFolder(folder)
  let fail: MailboxFault = 'none'
  const arrivals = new Set<(mail: Mail) => void>()
  const sockets = new Map<number | undefined, Socket>()

  const keep = async (delivery: Delivery, raw: Buffer) => {
    const mail = await parseMail(delivery, raw)
    if (folder !== undefined) await saveToFolder(folder, delivery, raw)
    mails.push(mail)
    const dropped = mails.splice(0, Math.max(0, mails.length - KEPT))
    if (folder !== undefined) await Promise.all(dropped.map((old) => removeFromFolder(folder, old)))
    for (const tell of arrivals) tell(mail)
  }

  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    // Takes any name and password, so that the settings of a real transport can be tried.
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anybody' }),
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: LARGEST_BYTES,
    closeTimeout: 100,
    onRcptTo: (_address, _session, done) =>
      done(fail === 'refuse' ? smtpError(450, 'Mailbox unavailable for now') : undefined),
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope
      const delivery = {
        id: randomUUID(),
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address),
        receivedAt: new Date(),
      }
      buffer(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) return done(smtpError(552, 'This mail is too large'))
          await keep(delivery, raw)
          if (fail === 'cut-after-data') sockets.get(session.remotePort)?.resetAndDestroy()
          else done()
        })
        .catch((error: unknown) => done(smtpError(451, `The mail could not be kept (${error})`)))
    },
  })
  // Clients that vanish in the middle are ordinary here.
  smtp.on('error', () => {})
  smtp.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket
    sockets.set(remotePort, socket)
    socket.once('close', () => sockets.delete(remotePort))
  })
  const port = await listen(smtp, options.port ?? 0)

  const clear = async () => {
    mails = []
    if (folder !== undefined) await clearFolder(folder)
  }
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    port,
    get fail() {
      return fail
    },
    set fail(fault) {
      fail = fault
    },
    messages: () => [...mails],
    next: (predicate, timeoutMs) =>
      new Promise((resolve, reject) => {
        const early = mails.find(predicate)
        if (early) return resolve(early)
        const tell = (mail: Mail) => {
          if (!predicate(mail)) return
          settle()
          resolve(mail)
        }
        const late = setTimeout(() => {
          settle()
          const came = mails.map((mail) => `"${mail.subject}" to ${mail.to.join(', ')}`).join('; ')
          reject(new Error(`No such mail came within ${timeoutMs} ms. In the mailbox: ${came || 'nothing'}.`))
        }, timeoutMs)
        const settle = () => {
          clearTimeout(late)
          arrivals.delete(tell)
        }
        arrivals.add(tell)
      }),
    clear,
    handle: mailboxPage({ messages: () => mails, clear }),
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
}

const KEPT = 500
const LARGEST_BYTES = 10 * 1024 * 1024

async function listen(smtp: SMTPServer, wanted: number): Promise<number> {
  const ready = once(smtp.server, 'listening')
  smtp.listen(wanted, '127.0.0.1')
  await ready.catch((error: unknown) => {
    throw new Error(
      `The mailbox cannot listen on port ${wanted} of 127.0.0.1 (${error}). Choose another port.`,
    )
  })
  const address = smtp.server.address()
  if (address === null || typeof address === 'string') throw new Error('The mailbox got no TCP port.')
  return address.port
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
