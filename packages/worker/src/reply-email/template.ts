import type { Mail } from '../mailer.ts'
import type { Claim } from './claim.ts'

export interface TemplateOptions {
  appName: string
  /** Domain of the message id; the sender's own. */
  domain: string
}

/** The mail about unread replies: what was answered, and where to go on. */
export function replyEmail(
  { chatId, upToSeq, to, count, replies }: Claim,
  { appName, domain }: TemplateOptions,
): Mail {
  const subject =
    count === 1 ? `${appName}: a reply to your message` : `${appName}: ${count} replies to your message`
  const greeting = to.name ? `Hello ${to.name},` : 'Hello,'
  const intro = `you have ${count === 1 ? 'a new reply' : `${count} new replies`} from ${appName}:`
  const omitted = omission(count - replies.length)
  const closing = 'To answer, open the chat where you wrote to us. Please do not answer this email.'
  return {
    to,
    subject,
    messageId: `<reply.${chatId}.${upToSeq}@${domain}>`,
    text: [
      greeting,
      '',
      intro,
      ...(omitted ? ['', omitted] : []),
      ...replies.map(quoteText),
      '',
      closing,
    ].join('\n'),
    html: html({ subject, greeting, intro, omitted, replies, closing, appName }),
  }
}

/** What is said of replies that are older than those shown; null when all are. */
function omission(count: number): string | null {
  if (count <= 0) return null
  return count === 1
    ? '1 earlier reply is not shown here; open the chat to read it.'
    : `${count} earlier replies are not shown here; open the chat to read them.`
}

type Reply = Claim['replies'][number]

function quoteText({ content, senderName }: Reply): string {
  return `\n${senderName ?? 'Support'} wrote:\n${content.replace(/^/gm, '> ')}`
}

interface Parts {
  subject: string
  greeting: string
  intro: string
  omitted: string | null
  replies: Reply[]
  closing: string
  appName: string
}

function html({ subject, greeting, intro, omitted, replies, closing, appName }: Parts): string {
  const note = omitted
    ? `
    <p style="margin:0 0 16px;font-size:14px;color:#5a6478">${escapeHtml(omitted)}</p>`
    : ''
  const quotes = replies.map(
    ({ content, senderName }) => `
      <div style="margin:0 0 12px;padding:12px 16px;border-radius:12px;background:#eef1f6;color:#1a2233">
        <div style="font-size:12px;color:#5a6478;margin-bottom:4px">${escapeHtml(senderName ?? 'Support')}</div>
        <div dir="auto" style="white-space:pre-wrap;overflow-wrap:anywhere">${escapeHtml(content)}</div>
      </div>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#f6f7f9;color:#1a2233;font:16px/1.5 system-ui,sans-serif">
  <div style="max-width:560px;margin:0 auto;padding:24px;border-radius:16px;background:#ffffff">
    <p style="margin:0 0 8px;font-weight:600">${escapeHtml(appName)}</p>
    <p style="margin:0 0 16px">${escapeHtml(greeting)}<br>${escapeHtml(intro)}</p>${note}${quotes.join('')}
    <p style="margin:16px 0 0;font-size:14px;color:#5a6478">${escapeHtml(closing)}</p>
  </div>
</body></html>`
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
