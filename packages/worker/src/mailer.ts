import nodemailer from 'nodemailer'

export interface Mail {
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
  /** Stable for the same occasion, so that receivers can recognise a repeat. */
  messageId: string
}

export type Handover =
  | { type: 'sent'; outcome: string }
  /** Refused for good: sending it again would be refused again. */
  | { type: 'rejected'; outcome: string }
  /** Certainly not accepted; may be tried again. */
  | { type: 'not_sent'; outcome: string }
  /** The connection broke after the text was on its way: it may or may not have been accepted. */
  | { type: 'unknown'; outcome: string }

export interface Mailer {
  send: (mail: Mail, signal?: AbortSignal) => Promise<Handover>
}

export interface MailerOptions {
  /** `smtp://user:password@host:port` */
  smtpUrl: string
  /** `Acme Support <support@example.com>` */
  from: string
}

/**
 * Hands mail over by SMTP and says honestly how far it came. Never throws for what a mail server does. Each mail has a
 * connection of its own: only so is it known what a broken one was in the middle of.
 */
export function createMailer({ smtpUrl, from }: MailerOptions): Mailer {
  return {
    async send({ to, ...mail }, signal) {
      let textSent = false
      const transport = nodemailer.createTransport(
        {
          url: smtpUrl,
          // The library's own are minutes.
          connectionTimeout: 10_000,
          greetingTimeout: 10_000,
          socketTimeout: 30_000,
          disableFileAccess: true,
          disableUrlAccess: true,
          debug: true,
          logger: listenFor('DATA', () => {
            textSent = true
          }),
        },
        { from },
      )
      try {
        // As name and address, never as a string: a string is parsed, and can name somebody else.
        const info = await transport.sendMail({ ...mail, to, ...(signal && { signal }) })
        return { type: 'sent', outcome: info.response }
      } catch (error) {
        return judge(error, textSent)
      } finally {
        transport.close()
      }
    },
  }
}

/** A logger for the library that keeps nothing, and only notices when a command goes out. */
function listenFor(command: string, onSent: () => void) {
  const debug = (entry: unknown, text: unknown) => {
    const fromUs = typeof entry === 'object' && entry !== null && 'tnx' in entry && entry.tnx === 'client'
    if (fromUs && text === command) onSent()
  }
  const ignore = () => {}
  return { level: ignore, trace: debug, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore }
}

/** Commands whose refusal is about this recipient or this text; all others are about us, and may be mended. */
const FINAL_COMMANDS = new Set(['RCPT TO', 'DATA'])

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
  if (typeof reply === 'number') {
    return { type: reply >= 500 && FINAL_COMMANDS.has(command) ? 'rejected' : 'not_sent', outcome }
  }
  if (textSent) return { type: 'unknown', outcome }
  // Without a recipient that can be used nothing was sent, and nothing will be.
  return { type: fact('code') === 'EENVELOPE' ? 'rejected' : 'not_sent', outcome }
}
