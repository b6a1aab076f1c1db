/** WCAG 2.2 contrast, for accents that a host page chooses. */

export type Rgb = readonly [red: number, green: number, blue: number]

/** Reads `#rgb` and `#rrggbb`; null for everything else. */
export function parseHex(color: string): Rgb | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim())?.[1]
  if (digits === undefined) return null
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
  const value = Number.parseInt(full, 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** From 1 (the same) to 21 (black on white). */
export function contrastRatio(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** White or near black, whichever can be read better on `background`. */
export function inkOn(background: Rgb): string {
  return contrastRatio(background, WHITE) >= contrastRatio(background, INK) ? toHex(WHITE) : toHex(INK)
}

/** `color`, moved towards black or white only as far as it must be to read as text on `background` (AA). */
export function readableOn(color: Rgb, background: Rgb): string {
  const target = luminance(background) > 0.18 ? BLACK : WHITE
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, target, share)
    if (contrastRatio(mixed, background) >= 4.6) return toHex(mixed)
  }
  return toHex(target)
}

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
const INK: Rgb = [24, 33, 29]

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const step = (a: number, b: number) => Math.round(a + (b - a) * share)
  return [step(from[0], to[0]), step(from[1], to[1]), step(from[2], to[2])]
}

function toHex(color: Rgb): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
