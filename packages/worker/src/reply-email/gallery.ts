import { type RenderedEmail, type ReplyEmailData, renderReplyEmail } from './template.ts'

const reply = (content: string, senderName: string | null = 'Kim', minute = 0) => ({
  content,
  senderName,
  createdAt: new Date(Date.UTC(2030, 4, 17, 9, minute)),
})
const usual: ReplyEmailData = {
  appName: 'Acme',
  language: 'en',
  recipientName: 'Ada',
  count: 1,
  replies: [reply('It is on its way and should reach you tomorrow.')],
  chatUrl: 'https://shop.example.com/account#acme-chat',
  unsubscribeUrl: 'https://support.example.com/unsubscribe?token=abc.def.ghi',
}
const LONG = `Thank you for writing.\n\nWe looked into your order. ${'The parcel was handed over in time, and then it was scanned twice. '.repeat(8)}`

/** Every state of the mail, for tests and to look at. */
export const GALLERY: Record<string, ReplyEmailData> = {
  'one reply': usual,
  'three replies': {
    ...usual,
    count: 3,
    replies: [reply('Hello!'), reply('I had a look.', 'Sam', 3), reply(LONG, 'Kim', 8)],
  },
  'more than are shown': {
    ...usual,
    count: 26,
    replies: Array.from({ length: 5 }, (_, n) => reply(`Reply ${n + 22}`, 'Kim', n)),
  },
  'without a name and without a page': {
    ...usual,
    recipientName: null,
    chatUrl: null,
    replies: [reply('Could you tell us your order’s number?', null)],
  },
  'a name that ends with Support': { ...usual, appName: 'Acme Support' },
  'text that looks like markup': {
    ...usual,
    appName: 'A&B <Ltd>',
    recipientName: '"Ada" <script>',
    replies: [reply('<b>1 < 2</b> & "so on"\n<img src=x onerror=alert(1)>', "O'Neil <i>")],
  },
  'a text without any space': { ...usual, replies: [reply('x'.repeat(4_000))] },
  'emoji and other scripts': {
    ...usual,
    replies: [reply('👨‍👩‍👧 '.repeat(150)), reply('注文は明日届きます。'.repeat(40))],
    count: 2,
  },
  German: {
    ...usual,
    language: 'de-AT',
    count: 2,
    replies: [reply('Guten Tag!'), reply('Das Paket ist unterwegs.')],
  },
  French: { ...usual, language: 'fr' },
  Spanish: { ...usual, language: 'es-MX', count: 7 },
  Arabic: {
    ...usual,
    language: 'ar',
    recipientName: 'سلمى',
    replies: [reply('طلبك في الطريق إليك.', 'كريم')],
  },
  'a language that we have not': { ...usual, language: 'xx-weird' },
}

/** All of them, rendered. */
export function renderGallery(): Map<string, RenderedEmail> {
  return new Map(Object.entries(GALLERY).map(([name, data]) => [name, renderReplyEmail(data)]))
}
