import fc from 'fast-check'
import { expect, test } from 'vitest'
import { previewOf } from './content.ts'

/** What a preview is, without any short cut. */
function plainPreviewOf(content: string): string {
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const line = content.replace(/\s+/g, ' ')
  return Array.from(graphemes.segment(line), ({ segment }) => segment)
    .slice(0, 100)
    .join('')
}

test('an emoji after many spaces is in the preview whole', () => {
  expect(previewOf(`a${' '.repeat(1198)}😀 hello`)).toBe('a 😀 hello')
})

test('a preview is well-formed wherever its text is cut', () => {
  // Clusters longer than what is looked at: one letter with marks that are surrogate pairs each.
  const marks = '\u{1E8D0}'.repeat(1_000)
  for (const start of ['a', 'ab']) {
    const preview = previewOf(`${start}${marks}`)
    expect(preview.isWellFormed()).toBe(true)
    expect(preview.length).toBeGreaterThan(1_000)
  }
})

test('a preview is the first hundred graphemes on one line, for Latin text and any other', () => {
  const letter = fc.constantFrom(
    ...'ab é\u0301ſɏ©\u00ad\t\n',
    '😀',
    '👩‍🚀',
    '\u200d',
    '한',
    'ᄀ',
    'ᅡ',
    '🇩',
    '🇪',
    'क',
    '्',
  )
  const latin = fc.string({ unit: fc.constantFrom(...'abc éſɏ©\n'), minLength: 95, maxLength: 105 })
  const text = fc
    .tuple(latin, fc.string({ unit: letter, maxLength: 12 }), latin)
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: letter, maxLength: 150 })), (content) => {
      expect(previewOf(content)).toBe(plainPreviewOf(content))
    }),
    { numRuns: 2_000 },
  )
})
