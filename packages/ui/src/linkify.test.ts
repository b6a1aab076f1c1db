import { expect, test } from 'vitest'
import { linkify } from './linkify.ts'

const hrefs = (text: string) => linkify(text).flatMap((part) => (part.type === 'link' ? [part.href] : []))

test('plain text stays one part', () => {
  expect(linkify('Hello there')).toEqual([{ type: 'text', text: 'Hello there' }])
  expect(linkify('')).toEqual([])
})

test('a link stands between its texts', () => {
  expect(linkify('see https://example.com/a?b=c#d now')).toEqual([
    { type: 'text', text: 'see ' },
    { type: 'link', text: 'https://example.com/a?b=c#d', href: 'https://example.com/a?b=c#d' },
    { type: 'text', text: ' now' },
  ])
})

test('punctuation after a link is not part of it, a matched bracket is', () => {
  expect(hrefs('(https://example.com).')).toEqual(['https://example.com'])
  expect(hrefs('https://example.com/a_(b), ok')).toEqual(['https://example.com/a_(b)'])
  expect(hrefs('https://example.com!!!')).toEqual(['https://example.com'])
})

test('mail addresses need mailto', () => {
  expect(hrefs('mailto:help@example.com?subject=Hi')).toEqual(['mailto:help@example.com?subject=Hi'])
  expect(hrefs('help@example.com')).toEqual([])
  expect(hrefs('mailto:nobody')).toEqual([])
})

test('no other scheme becomes a link', () => {
  const text = 'javascript:alert(1) data:text/html,x file:///etc/passwd vbscript:x ftp://example.com'
  expect(linkify(text)).toEqual([{ type: 'text', text }])
  expect(hrefs('xhttps://example.com')).toEqual([])
})

test('links that hide where they lead stay text', () => {
  expect(hrefs('https://bank.example@evil.example/')).toEqual([])
  expect(hrefs('https:///bank.example@evil.example/')).toEqual([])
  expect(hrefs('https://example.com/\u202Egpj.exe')).toEqual(['https://example.com/'])
})

test('nothing of the text is lost or doubled', () => {
  for (const text of [
    'a https://x.example. b mailto:a@b.example, http:// https://[',
    'https://a.example https://b.example',
  ]) {
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  }
})

test('hostile texts take no longer than others of their length', () => {
  const begun = performance.now()
  for (const unit of ['https://', 'mailto:', 'https://a)', 'mailto:a@', '(', 'http:/'])
    linkify(unit.repeat(20_000))
  linkify(`https://a.example/${'('.repeat(50_000)}${')'.repeat(100_000)}`)
  linkify(`mailto:${'a'.repeat(100_000)}@${'b.'.repeat(50_000)}`)
  expect(performance.now() - begun).toBeLessThan(2_000)
})
