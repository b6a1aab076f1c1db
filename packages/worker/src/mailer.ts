import nodemailer from 'nodemailer'

export interface Mail {
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
  /** Stable for the same occasion, so that receivers can recognise a repeat. */
  messageId: string
  /** The mail that this one follows, and all before it. */
  inReplyTo?: string | undefined
  references?: string[]
  headers?: Record<string, string>
}

export type Handover =
  | { type: 'sent'; outcome: string }
  /** Refused for good: sending it again would be refused again. */
  | { type: 'rejected'; outcome: string }
  /** Certainly not accepted; may be tried again. `isLost`: the connection ended, and nothing was said of this mail. */
  | { type: 'not_sent'; outcome: string; isLost?: boolean }
  /** The connection broke after the text was on its way: it may or may not have been accepted. */
  | { type: 'unknown'; outcome: string }

export interface Mailer {
  send: (mail: Mail, signal?: AbortSignal) => Promise<Handover>
  /** Ends connections that are kept for the next mail. */
  close: () => void
}

export interface MailerOptions {
  /** `smtp://user:password@host:port`, `smtps://` for TLS from the first byte; options of nodemailer may follow as a query. */
  smtpUrl: string
  /** `Acme Support <support@example.com>` */
  from: string
}

/** Mails over one connection; providers end it after some hundred. */
const MAILS_PER_CONNECTION = 100
/** A connection that waits longer for its next mail is closed, before the server does it in the middle of a hand-over. */
const IDLE_MS = 10_000

/**
 * Hands mail over by SMTP and says honestly how far it came. Never throws for what a mail server does.
 *
 * Connections are kept for the next mail, and carry one at a time: only so is it known what a broken one was in the
 * middle of. There are as many as mails were under way at once.
 */
export function createMailer({ smtpUrl, from }: MailerOptions): Mailer {
  const idle: Line[] = []

  async function sendOver(line: Line, mail: Mail, signal: AbortSignal | undefined): Promise<Handover> {
    const handover = await line.send(mail, signal)
    // After a refusal of this mail the connection is as good as before; after anything else it is not trusted.
    if (handover.type === 'sent' || handover.type === 'rejected') idle.push(line)
    else line.close()
    return handover
  }

  return {
    async send(mail, signal) {
      const kept = idle.pop()
      if (kept) {
        const handover = await sendOver(kept, mail, signal)
        // The server may have closed it meanwhile: without a word on this mail another connection may try.
        if (handover.type !== 'not_sent' || !handover.isLost || signal?.aborted) return handover
      }
      return sendOver(openLine(smtpUrl, from), mail, signal)
    },
    close() {
      for (const line of idle.splice(0)) line.close()
    },
  }
}

/** A connection to the mail server, made with the first mail and again when it has carried enough. */
interface Line {
  send: (mail: Mail, signal: AbortSignal | undefined) => Promise<Handover>
  close: () => void
}

function openLine(smtpUrl: string, from: string): Line {
  let textSent = false
  const transport = nodemailer.createTransport(
    {
      url: smtpUrl,
      ...(needsTls(smtpUrl) && { requireTLS: true }),
      pool: true,
      maxConnections: 1,
      maxMessages: MAILS_PER_CONNECTION,
      // Whether a mail is sent again is not the library's to decide: it does not ask how far the first try came.
      maxRequeues: 0,
      idleTimeout: IDLE_MS,
      // The library's own are minutes.
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
      debug: true,
      logger: listenForGoAhead(() => {
        textSent = true
      }),
    },
    { from },
  )
  return {
    async send({ to, ...mail }, signal) {
      textSent = false
      try {
        // As name and address, never as a string: a string is parsed, and can name somebody else.
        const info = await transport.sendMail({ ...mail, to, ...(signal && { signal }) })
        return { type: 'sent', outcome: info.response }
      } catch (error) {
        return judge(error, textSent)
      }
    },
    close: () => transport.close(),
  }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A password and mail leave this machine encrypted or not at all: left to itself STARTTLS is used where it is offered, and
 * whoever stands between can hide the offer (RFC 3207, section 6). `requireTLS=false` in the address says otherwise.
 */
function needsTls(smtpUrl: string): boolean {
  const { protocol, username, hostname, searchParams } = new URL(smtpUrl)
  return protocol === 'smtp:' && username !== '' && !LOOPBACK.has(hostname) && !searchParams.has('requireTLS')
}

/**
 * A logger for the library that keeps nothing, and only notices when the server lets the text come (354). The command for
 * it says less: it goes out together with the others where the server takes them so (RFC 2920).
 */
function listenForGoAhead(onGoAhead: () => void) {
  const debug = (entry: unknown, text: unknown) => {
    const isServers = typeof entry === 'object' && entry !== null && 'tnx' in entry && entry.tnx === 'server'
    if (isServers && typeof text === 'string' && text.startsWith('354')) onGoAhead()
  }
  const ignore = () => {}
  return { level: ignore, trace: debug, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore }
}

/** Commands whose refusal is about this recipient or this text; all others are about us, and may be mended. */
const FINAL_COMMANDS = new Set(['RCPT TO', 'DATA'])
/** It is about the session, whatever command it answers. */
const BAD_SEQUENCE = 503

/**
 * Replies of 5xx are final, of 4xx are not (RFC 5321, 4.2.1), if they are about the recipient or the text. Without a
 * reply the mail was certainly not taken if its text never went out; a connection that breaks later leaves it open.
 */
function judge(error: unknown, textSent: boolean): Handover {
  const words = error instanceof Error ? error.message.slice(0, 500) : 'The mail server could not be reached.'
  // Mail servers like to repeat the recipient, and this ends in the log.
  const outcome = words.replace(/[^\s<>"]+@[^\s<>"]+/g, '…')
  const fact = (name: string): unknown =>
    typeof error === 'object' && error !== null
      ? Object.getOwnPropertyDescriptor(error, name)?.value
      : undefined

  const reply = fact('responseCode')
  const command = String(fact('command'))
  if (typeof reply === 'number' && reply >= 400) {
    const isFinal = reply >= 500 && reply !== BAD_SEQUENCE && FINAL_COMMANDS.has(command)
    return { type: isFinal ? 'rejected' : 'not_sent', outcome }
  }
  // Also when the server says something that is no answer to a text.
  if (textSent) return { type: 'unknown', outcome }
  // Without a recipient that can be used nothing was sent, and nothing will be.
  if (fact('code') === 'EENVELOPE') return { type: 'rejected', outcome }
  return { type: 'not_sent', outcome, isLost: true }
}
