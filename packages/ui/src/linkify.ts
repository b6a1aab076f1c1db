export type TextPart = { type: 'text'; text: string } | { type: 'link'; text: string; href: string }

/**
 * Splits plain text into text and links (http, https and mailto, nothing else). One pass: each character is
 * looked at a bounded number of times, so no message can make it slow.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const written = withoutTrailingPunctuation(match[0])
    const href = hrefOf(written)
    if (href === null || isInsideWord(text, match.index)) continue
    if (match.index > from) parts.push({ type: 'text', text: text.slice(from, match.index) })
    parts.push({ type: 'link', text: written, href })
    from = match.index + written.length
  }
  if (from < text.length) parts.push({ type: 'text', text: text.slice(from) })
  return parts
}

/**
 * A scheme and the run of characters after it. Bidi and other invisible controls end a link, so what is shown
 * is what is followed. No alternative overlaps another: there is nothing to backtrack into.
 */
const CANDIDATE = /(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}\p{Cf}]+/giu

function hrefOf(written: string): string | null {
  if (/^mailto:/i.test(written))
    return /^mailto:[^@:/?]+@[^@:/?]+\.[^@:/?.]+(?:\?[^@]*)?$/i.test(written) ? written : null
  // `https://bank.example@evil.example` reads as one place and leads to another, however many slashes it has.
  const url = URL.canParse(written) ? new URL(written) : null
  return url !== null && url.username === '' && url.password === '' ? written : null
}

function isInsideWord(text: string, index: number): boolean {
  return index > 0 && /[\p{L}\p{N}_]/u.test(text.charAt(index - 1))
}

/** "See https://example.com/a_(b)." keeps its bracket and loses its full stop. */
function withoutTrailingPunctuation(written: string): string {
  let end = written.length
  let unmatched = count(written, ')') - count(written, '(')
  while (end > 0) {
    const last = written.charAt(end - 1)
    if (last === ')' && unmatched > 0) unmatched -= 1
    else if (!TRAILING.has(last)) break
    end -= 1
  }
  return written.slice(0, end)
}

const TRAILING = new Set('.,;:!?…]}*_。，、！？；：）」』'.split(''))

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1
  return found
}
