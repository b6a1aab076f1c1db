import { inkOn, parseHex } from '@acme/ui/contrast'
import type { Theme } from '../bridge.ts'
import { followKeyboard } from './keyboard.ts'
import styles from './launcher.css?inline'
import type { LauncherTexts } from './texts.ts'

export interface Launcher {
  setOpen(open: boolean): void
  setUnread(count: number): void
  setTheme(theme: Theme): void
  setTexts(texts: LauncherTexts): void
  /** Puts the panel's frame where it slides up. */
  hold(frame: HTMLIFrameElement): void
  /** The focus is in the panel or on the button, not elsewhere on the page. */
  hasFocus(): boolean
  focus(): void
  /** The panel has something to show; until then it shows that it is on its way. */
  setReady(ready: boolean): void
  /** It did not come, and is tried again: says so. */
  setMissing(missing: boolean): void
}

interface LauncherEvents {
  onToggle: () => void
  onEscape: () => void
  /** The pointer or the focus is on the button: it may be wanted soon. */
  onInterest: () => void
}

/** The button and the panel's place, in a shadow root: no style of the page gets in, none of ours gets out. */
export function createLauncher({ onToggle, onEscape, onInterest }: LauncherEvents): Launcher {
  const host = document.createElement('acme-chat')
  const root = host.attachShadow({ mode: 'open' })
  // Not a <style>: a strict Content-Security-Policy of the page would refuse it.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  root.adoptedStyleSheets = [sheet]

  const panel = element('div', 'panel')
  const button = element('button', 'launcher')
  button.type = 'button'
  const badge = element('span', 'badge')
  badge.ariaHidden = 'true'
  button.append(drawing('chat', CHAT), drawing('close', CLOSE), badge)
  const note = element('p', 'note')
  note.role = 'status'
  panel.append(note)
  root.append(panel, button)

  button.addEventListener('click', onToggle)
  button.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') onEscape()
  })
  for (const interest of ['pointerenter', 'focus', 'touchstart']) {
    button.addEventListener(interest, onInterest, { passive: true })
  }
  followKeyboard(panel)
  whenBodyIsThere(() => document.body.append(host))

  let open = false
  let unread = 0
  let missing = false
  let texts: LauncherTexts | null = null
  const name = () => {
    button.ariaExpanded = String(open)
    const waiting = unread > 0 && !open ? `, ${texts?.unread(unread)}` : ''
    button.ariaLabel = texts && (open ? texts.close : texts.open + waiting)
    note.textContent = (missing && texts?.missing) || ''
  }

  return {
    setOpen(next) {
      open = next
      panel.toggleAttribute('data-open', open)
      name()
    },
    setReady(ready) {
      panel.toggleAttribute('data-ready', ready)
    },
    setMissing(next) {
      missing = next
      name()
    },
    setUnread(count) {
      unread = count
      badge.textContent = count === 0 ? '' : count > 9 ? '9+' : String(count)
      name()
    },
    setTheme({ accent, mode = 'auto' }) {
      const color = parseHex(accent ?? '')
      if (color !== null && accent !== undefined) {
        host.style.setProperty('--accent', accent)
        host.style.setProperty('--on-accent', inkOn(color))
      }
      panel.dataset.mode = mode
    },
    setTexts(next) {
      texts = next
      name()
    },
    hold: (frame) => panel.replaceChildren(note, frame),
    hasFocus: () => root.activeElement !== null,
    focus: () => button.focus(),
  }
}

const CHAT = 'M4 5.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8.5L7 21v-3.5H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z'
const CLOSE = 'm6 9 6 6 6-6'

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string) {
  const made = document.createElement(name)
  made.className = className
  return made
}

/** Drawn node by node: pages with Trusted Types refuse `innerHTML`. */
function drawing(className: string, line: string) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', className)
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', line)
  svg.append(path)
  return svg
}

function whenBodyIsThere(then: () => void) {
  if (document.body) then()
  else document.addEventListener('DOMContentLoaded', then, { once: true })
}
