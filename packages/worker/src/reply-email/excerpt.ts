const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The beginning of a text: whole, or as many whole words as have room in `most` graphemes, and "…". */
export function excerpt(text: string, most = 200): string {
  const trimmed = text.trim()
  let end = 0
  let count = 0
  for (const { index, segment } of graphemes.segment(trimmed)) {
    end = index
    if (++count > most) break
    end += segment.length
  }
  if (end === trimmed.length) return trimmed
  const start = trimmed.slice(0, end)
  // A word that goes on behind the cut is left out, unless there is nothing but that word.
  const whole = /\s/.test(trimmed.charAt(end)) ? start : start.replace(/\s+\S*$/, '')
  return `${whole.trimEnd()}…`
}
