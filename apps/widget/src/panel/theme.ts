import { inkOn, parseHex, readableOn } from '@acme/ui'
import type { Theme } from '../bridge.ts'

/** Takes over the page's accent, made readable on our surfaces, and its choice of light or dark. */
export function applyTheme(root: HTMLElement, { accent, mode }: Theme) {
  if (mode === 'light' || mode === 'dark') root.dataset.theme = mode
  const color = parseHex(accent ?? '')
  if (color === null || accent === undefined) return
  root.dataset.accent = 'own'
  root.style.setProperty('--own-accent', accent)
  root.style.setProperty('--own-on-accent', inkOn(color))
  root.style.setProperty('--own-ink-light', readableOn(color, LIGHT))
  root.style.setProperty('--own-ink-dark', readableOn(color, DARK))
}

/** The surfaces on which text has it hardest: `--color-hover` in light and in dark. */
const LIGHT = [239, 238, 234] as const
const DARK = [38, 45, 42] as const
