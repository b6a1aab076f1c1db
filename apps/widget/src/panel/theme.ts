import { inkOn, parseHex, type Rgb, readableOn } from '@acme/ui'
import type { Theme } from '../bridge.ts'

/** Takes over the page's accent, made readable on our surfaces, and its choice of light or dark. */
export function applyTheme(root: HTMLElement, { accent, mode }: Theme) {
  if (mode === 'light' || mode === 'dark') root.dataset.theme = mode
  const color = parseHex(accent ?? '')
  if (color === null || accent === undefined) return
  root.dataset.accent = 'own'
  root.style.setProperty('--own-accent', accent)
  root.style.setProperty('--own-on-accent', inkOn(color))
  for (const scheme of ['light', 'dark'] as const) {
    root.style.setProperty(`--own-ink-${scheme}`, readableOn(color, hardestSurface(root, scheme)))
  }
}

/** The surface on which text has it hardest, as the style sheet says it for light or dark. */
function hardestSurface(root: HTMLElement, scheme: 'light' | 'dark'): Rgb {
  const probe = document.createElement('i')
  probe.style.cssText = `color-scheme: ${scheme}; color: var(--color-hover)`
  root.append(probe)
  const [red = 0, green = 0, blue = 0] = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? []
  probe.remove()
  return [red, green, blue]
}
