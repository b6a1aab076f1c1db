const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/** UTF-16 units of a grapheme that are reckoned with. */
const MOST_UNITS = 12

/** The beginning of a text: whole, or as many whole words as have room in `most` graphemes, and "…". */
export function excerpt(text: string, most = 200): string {
  const trimmed = text.trim()
  // A grapheme can be of any length.
  const start = trimmed.slice(0, most * MOST_UNITS)
  const end = endOf(start, most)
  if (end === trimmed.length) return trimmed
  let cut = 0
  // Not by spaces: many languages have none.
  for (const { index } of words.segment(start)) {
    if (index > end) break
    cut = index
  }
  // A word that is longer than there is room for is cut.
  return `${start.slice(0, cut || end).trimEnd()}…`
}

/** Where so many graphemes end. */
function endOf(text: string, most: number): number {
  let count = 0
  for (const { index } of graphemes.segment(text)) if (++count > most) return index
  return text.length
}
