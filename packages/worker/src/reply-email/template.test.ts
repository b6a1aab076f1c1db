import { describe, expect, test } from 'vitest'
import { GALLERY } from './gallery.ts'
import { type ReplyEmailData, renderReplyEmail } from './template.ts'

/** Gmail cuts a mail off behind it. */
const MOST_BYTES = 100_000

const mail = (name: string, change: Partial<ReplyEmailData> = {}) => {
  const data = GALLERY[name]
  if (!data) throw new Error(`No ${name} in the gallery`)
  return renderReplyEmail({ ...data, ...change })
}

describe.each(Object.keys(GALLERY))('%s', (name) => {
  test('is below 100 kB, loads nothing, and says the same as text and as HTML', () => {
    const { subject, text, html } = mail(name)
    expect(Buffer.byteLength(html)).toBeLessThan(MOST_BYTES)
    const tags = html.match(/<[^>]*>/g)?.join('\n')
    expect(tags).not.toMatch(/<(img|link|script)\b|\s(src|background)=/i)
    expect(html).not.toMatch(/@import|url\(/)
    const plain = html
      .replace(/<head>[\s\S]*<\/head>/, '')
      .replace(/<br>/g, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, entity: string) => ENTITIES[entity] ?? '')
    const words = (from: string) =>
      from
        .replace(/https:\S+/g, '')
        .split(/[\s:,>]+/)
        .filter((word) => word !== '' && word !== '--')
    const shown = new Set(words(plain))
    expect(words(text).filter((word) => !shown.has(word))).toEqual([])
    expect(subject).not.toMatch(/[\r\n]/)
  })
})

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

test('the subject names the support, once', () => {
  expect(mail('one reply').subject).toBe('New reply from Acme Support')
  expect(mail('a name that ends with Support').subject).toBe('New reply from Acme Support')
  expect(mail('German').subject).toBe('Neue Antwort von Acme Support')
})

test('text of people is no markup', () => {
  const { html } = mail('text that looks like markup')
  expect(html).toContain('&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; &quot;so on&quot;<br>&lt;img')
  expect(html).not.toMatch(/<b>1|<i>|<Ltd>/)
})

test('a reply is shown by its first 200 characters, in whole words', () => {
  const { text } = mail('three replies')
  const quoted =
    text
      .match(/^> .*$/gm)
      ?.join(' ')
      .replace(/> /g, '') ?? ''
  expect(quoted).toMatch(/ (The|parcel|was|handed|over|in|time,|and|then|it|scanned|twice\.)…/)
  expect(quoted.length).toBeLessThan(300)
})

test('how many are not shown is said', () => {
  expect(mail('more than are shown').text).toContain('21 earlier replies are in the conversation.')
  expect(mail('more than are shown', { count: 6 }).text).toContain('An earlier reply is in the conversation.')
  expect(mail('three replies').text).not.toContain('earlier')
})

test('Arabic reads from the right', () => {
  expect(mail('Arabic').html).toContain('<html lang="ar" dir="rtl">')
})
