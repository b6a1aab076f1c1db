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
  close: () => void
}

export interface MailerOptions {
  /** `smtp://user:password@host:port` */
  smtpUrl: string
  /** `Acme Support <support@example.com>` */
  from: string
}

/** Hands mail over by SMTP and says honestly how far it came. Never throws for what a mail server does. */
export function createMailer({ smtpUrl, from }: MailerOptions): Mailer {
  const transport = nodemailer.createTransport(
    {
      url: smtpUrl,
      pool: true,
      maxConnections: 4,
      // The library's own are minutes.
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  return {
    async send({ to, ...mail }, signal) {
      try {
        // As name and address, never as a string: a string is parsed, and can name somebody else.
        const info = await transport.sendMail({ ...mail, to, ...(signal && { signal }) })
        return { type: 'sent', outcome: info.response }
      } catch (error) {
        return judge(error)
      }
    },
    close: () => transport.close(),
  }
}

const NOT_CONNECTED_CODES = new Set(['EDNS', 'EAUTH', 'ETLS'])
const NOT_CONNECTED_CALLS = new Set(['connect', 'getaddrinfo'])
const NOT_CONNECTED_TIMEOUTS = new Set(['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT'])

/**
 * Replies of 5xx are final, of 4xx are not (RFC 5321, 4.2.1). Without a reply the mail was certainly not taken
 * only if the session never came as far as a recipient; a connection that breaks later leaves it open.
 */
function judge(error: unknown): Handover {
  const words = error instanceof Error ? error.message.slice(0, 500) : 'The mail server could not be reached.'
  // Mail servers like to repeat the recipient, and this ends in the log.
  const outcome = words.replace(/[^\s<>"]+@[^\s<>"]+/g, '…')
  const fact = (name: string): unknown =>
    typeof error === 'object' && error !== null
      ? Object.getOwnPropertyDescriptor(error, name)?.value
      : undefined

  const reply = fact('responseCode')
  if (typeof reply === 'number') return { type: reply >= 500 ? 'rejected' : 'not_sent', outcome }
  const certain =
    NOT_CONNECTED_CODES.has(String(fact('code'))) ||
    NOT_CONNECTED_CALLS.has(String(fact('syscall'))) ||
    NOT_CONNECTED_TIMEOUTS.has(String(fact('timeoutType')))
  if (certain) return { type: 'not_sent', outcome }
  // Without a recipient that can be used nothing was sent, and nothing will be.
  return { type: fact('code') === 'EENVELOPE' ? 'rejected' : 'unknown', outcome }
}
