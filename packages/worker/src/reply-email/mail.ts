import type { Mail } from '../mailer.ts'
import type { Claim } from './claim.ts'
import type { Links } from './links.ts'
import { renderReplyEmail } from './template.ts'

export interface MailOptions {
  appName: string
  /** Domain of message ids. */
  domain: string
  /** The page of the host that opens the widget; null when there is none. */
  chatUrl: string | null
  links: Links
}

/** The widget of the page opens by itself for this fragment. */
const OPENS_WIDGET = '#acme-chat'

/** The mail about a claimed batch of replies, as it is handed over. */
export async function replyMail(
  claim: Claim,
  { appName, domain, chatUrl, links }: MailOptions,
): Promise<Mail> {
  const { chatId, upToSeq, to, language, count, replies, earlier } = claim
  const unsubscribeUrl = await links.unsubscribe(claim.userId)
  const idOf = (seq: number) => `<reply.${chatId}.${seq}@${domain}>`
  const references = earlier.map(idOf)
  const rendered = renderReplyEmail({
    appName,
    language,
    recipientName: to.name || null,
    count,
    replies,
    chatUrl: chatUrl && `${chatUrl}${OPENS_WIDGET}`,
    unsubscribeUrl,
  })
  return {
    ...rendered,
    to,
    messageId: idOf(upToSeq),
    // RFC 5322, 3.6.4: mail clients show the mails of one chat together.
    inReplyTo: references.at(-1),
    references,
    headers: {
      // RFC 3834: no vacation notices, please. The second is what Exchange listens to.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      // RFC 2369 and RFC 8058: mail clients show a button that needs no page.
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }
}
