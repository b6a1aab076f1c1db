import { excerpt } from './excerpt.ts'
import { htmlOf } from './html.ts'
import { type Language, type Texts, textsFor } from './texts.ts'

/** What the mail about unread replies is made of. To have another mail, replace `renderReplyEmail`. */
export interface ReplyEmailData {
  /** Who the mail is from, in words: APP_NAME. */
  appName: string
  /** A language tag, as `de-AT`; English where it is null or not among ours. */
  language: string | null
  recipientName: string | null
  /** Replies that are unread and were not mailed before. */
  count: number
  /** The newest of them, oldest first. */
  replies: readonly { senderName: string | null; createdAt: Date; content: string }[]
  /** Opens the conversation; null where there is no page that does. */
  chatUrl: string | null
  unsubscribeUrl: string
}

export interface RenderedEmail {
  subject: string
  text: string
  html: string
}

/** One reply as the mail shows it. */
export interface ShownReply {
  sender: string
  time: string
  excerpt: string
}

/** What both forms of the mail say, in order. Plain text: each form escapes it. */
export interface Said {
  language: Language
  subject: string
  appName: string
  greeting: string
  news: string
  /** Null when all are shown. */
  more: string | null
  replies: ShownReply[]
  /** Where to answer: a link with its words, or what to do without one. */
  action: { label: string; url: string } | { label: string; url: null }
  why: string
  unsubscribe: { label: string; url: string }
}

export function renderReplyEmail(data: ReplyEmailData): RenderedEmail {
  const said = say(data)
  return { subject: said.subject, text: textOf(said), html: htmlOf(said) }
}

function say(data: ReplyEmailData): Said {
  const { appName, count, replies, chatUrl, unsubscribeUrl } = data
  const { language, texts } = textsFor(data.language)
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    // Nobody has told us where the reader is.
    timeZone: 'UTC',
  })
  const supportName = /\bsupport$/i.test(appName) ? appName : `${appName} Support`
  const left = count - replies.length
  return {
    language,
    appName,
    subject: texts.subject(supportName),
    greeting: texts.greeting(data.recipientName),
    news: texts.news(count),
    more: left > 0 ? texts.more(left) : null,
    replies: replies.map(({ senderName, createdAt, content }) => ({
      sender: senderName ?? supportName,
      time: `${time.format(createdAt)} UTC`,
      excerpt: excerpt(content),
    })),
    action: actionOf(texts, chatUrl),
    why: texts.why(appName),
    unsubscribe: { label: texts.unsubscribe, url: unsubscribeUrl },
  }
}

function actionOf({ open, openYourself }: Texts, url: string | null): Said['action'] {
  return url === null ? { label: openYourself, url } : { label: open, url }
}

function textOf({ greeting, news, more, replies, action, why, unsubscribe }: Said): string {
  return [
    greeting,
    '',
    news,
    ...(more ? ['', more] : []),
    ...replies.flatMap(({ sender, time, excerpt }) => [
      '',
      `${sender}, ${time}:`,
      excerpt.replace(/^/gm, '> '),
    ]),
    '',
    action.url === null ? action.label : `${action.label}:\n${action.url}`,
    '',
    '-- ',
    why,
    `${unsubscribe.label}:`,
    unsubscribe.url,
  ].join('\n')
}
