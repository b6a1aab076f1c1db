import { simpleParser } from 'mailparser'

/** What is known of a mail from its delivery, not from its text. */
export interface Delivery {
  id: string
  /** Envelope addresses: who it really went to, whatever the headers say. */
  from: string
  to: string[]
  receivedAt: Date
}

export interface Mail {
  id: string
  messageId: string
  /** As in the header, with the name. */
  from: string
  /** The envelope's addresses. */
  to: string[]
  subject: string
  /** Empty when the mail has no such part. */
  text: string
  html: string
  /** By lower-case name, unfolded but otherwise raw; repeated ones are joined by a comma. */
  headers: Map<string, string>
  receivedAt: Date
}

export async function parseMail(delivery: Delivery, raw: Buffer): Promise<Mail> {
  const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true })
  const headers = new Map<string, string>()
  for (const { key, line } of parsed.headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim()
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return {
    id: delivery.id,
    messageId: parsed.messageId ?? '',
    from: parsed.from?.text ?? delivery.from,
    to: delivery.to,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    headers,
    receivedAt: delivery.receivedAt,
  }
}
