import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contrastRatio, inkOn, parseHex, readableOn } from './contrast.ts'

const tokens = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const WHITE = [255, 255, 255] as const

test('reads short and long hex colours and nothing else', () => {
  expect(parseHex('#0af')).toEqual([0, 170, 255])
  expect(parseHex(' #0D6a5b ')).toEqual([13, 106, 91])
  for (const bad of ['red', '#12', '#12345g', 'url(x)', '#fff;color:red']) expect(parseHex(bad)).toBeNull()
})

test('black on white is 21 to 1', () => {
  expect(contrastRatio(WHITE, [0, 0, 0])).toBeCloseTo(21)
})

test('text on an accent is light on dark and dark on light', () => {
  expect(inkOn([13, 106, 91])).toBe('#ffffff')
  expect(inkOn([255, 214, 10])).toBe('#18211d')
})

test('any accent becomes readable as text on either surface', () => {
  const surfaces = [WHITE, [25, 30, 28]] as const
  for (const accent of ['#ffd60a', '#ffffff', '#000000', '#0d6a5b', '#7f7f7f']) {
    for (const surface of surfaces) {
      const readable = readableOn(parseHex(accent) ?? [0, 0, 0], surface)
      expect(contrastRatio(parseHex(readable) ?? surface, surface)).toBeGreaterThanOrEqual(4.5)
    }
  }
})

const TEXT_PAIRS = [
  ['ink', ['canvas', 'surface', 'raised', 'hover', 'accent-soft']],
  ['ink-soft', ['canvas', 'surface', 'raised', 'hover']],
  ['on-accent', ['accent', 'accent-strong']],
  ['accent-ink', ['canvas', 'surface', 'raised', 'hover', 'accent-soft']],
  ['danger', ['canvas', 'surface', 'danger-soft']],
  ['warning', ['canvas', 'surface', 'warning-soft']],
] as const

test.each(['light', 'dark'] as const)('in the %s theme every text passes AA where it stands', (theme) => {
  for (const [text, backgrounds] of TEXT_PAIRS) {
    for (const background of backgrounds) {
      const ratio = contrastRatio(role(text, theme), role(background, theme))
      expect(ratio, `${text} on ${background}`).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test.each(['light', 'dark'] as const)('in the %s theme edges and dots reach 3 to 1', (theme) => {
  for (const mark of ['edge', 'online', 'away', 'off']) {
    for (const background of ['canvas', 'surface']) {
      const ratio = contrastRatio(role(mark, theme), role(background, theme))
      expect(ratio, `${mark} on ${background}`).toBeGreaterThanOrEqual(3)
    }
  }
})

function role(name: string, theme: 'light' | 'dark') {
  const value = new RegExp(`--color-${name}: ([^;]+);`).exec(tokens)?.[1] ?? ''
  const [light, dark = light] = value.match(/#[0-9a-f]+/gi) ?? []
  const color = parseHex((theme === 'light' ? light : dark) ?? '')
  if (color === null) throw new Error(`no colour role ${name}`)
  return color
}
