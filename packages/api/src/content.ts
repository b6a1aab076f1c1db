import { Refusal } from './errors.ts'

/** In code points, as Postgres counts them. */
const MAX_CHARACTERS = 4_000
const PREVIEW_CHARACTERS = 100

/** Control characters other than new line and tab are no text; NUL is refused by Postgres anyway. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

/** What shows nothing: white space, zero-width and filler characters, also in any mixture. */
const BLANK = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u

/**
 * The text of a message as it is stored: line ends unified, trimmed, otherwise as written.
 *
 * @throws Refusal content_too_long, content_invalid, content_blank
 */
export function normalizeContent(written: string): string {
  // Before any other look at it, so that a huge text costs nothing.
  if (written.length > MAX_CHARACTERS * 4) throw new Refusal('content_too_long', { field: 'content' })
  const content = written.replace(/\r\n?/g, '\n').trim()
  // A lone surrogate would be stored as another character than the one that was sent.
  if (NOT_TEXT.test(content) || !content.isWellFormed())
    throw new Refusal('content_invalid', { field: 'content' })
  if (BLANK.test(content)) throw new Refusal('content_blank', { field: 'content' })
  if (content.length > MAX_CHARACTERS && [...content].length > MAX_CHARACTERS) {
    throw new Refusal('content_too_long', { field: 'content' })
  }
  return content
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Letters and signs of Latin script, each a grapheme of its own; the one after the preview joins none before it. */
const PLAIN_START = new RegExp(`^[\\u0020-\\u024f]{${PREVIEW_CHARACTERS + 1}}`)
/** A grapheme can be of any length; so many UTF-16 units are looked at. */
const PREVIEW_UNITS = PREVIEW_CHARACTERS * 12

/** The first 100 characters (graphemes) on one line; no emoji or accent is cut in two, and no surrogate pair ever. */
export function previewOf(content: string): string {
  const start = onOneLine(content.slice(0, PREVIEW_CHARACTERS * 2))
  if (PLAIN_START.test(start)) return start.slice(0, PREVIEW_CHARACTERS)
  const line = onOneLine(content)
  if (line.length <= PREVIEW_CHARACTERS) return line
  let preview = ''
  let count = 0
  // Without the half of a pair that the cut may have left at the end.
  for (const { segment } of graphemes.segment(line.slice(0, PREVIEW_UNITS).replace(/\p{Cs}$/u, ''))) {
    if (++count > PREVIEW_CHARACTERS) break
    preview += segment
  }
  return preview
}

function onOneLine(text: string): string {
  // Most texts are one line already, and to see it costs a tenth of replacing.
  return /[^\S ]|\s\s/.test(text) ? text.replace(/\s+/g, ' ') : text
}
