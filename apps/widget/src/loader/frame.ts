import { isToPage, type ToPage, type ToPanel } from '../bridge.ts'

export interface Frame {
  element: HTMLIFrameElement
  post(message: ToPanel): void
  /** The panel is wanted now: if it is missing, it is loaded without waiting any longer. */
  hurry(): void
  remove(): void
}

export interface FrameEvents {
  onMessage: (message: ToPage) => void
  /** The panel did not start: the server is away, or does not allow this page to show it. It is tried again. */
  onMissing: () => void
}

/** How long a page may load, and how long its panel may then take to say that it is there, in milliseconds. */
const LOADED_MS = 30_000
const STARTED_MS = 3_000
const RETRY_FIRST_MS = 2_000
const RETRY_MOST_MS = 60_000

/**
 * The panel in its frame. It is told this page's origin in the fragment, to answer to it and no other. A browser loads a
 * frame once, and leaves it at its error page when the server is away: until the panel says that it is there, it is
 * loaded again and again.
 */
export function createFrame(base: URL, { onMessage, onMissing }: FrameEvents): Frame {
  const element = document.createElement('iframe')
  element.title = 'Support chat'
  element.allow = 'autoplay; clipboard-write'
  let tries = 0
  let isMissing = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const after = (ms: number, task: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(task, ms)
  }
  const load = () => {
    tries += 1
    isMissing = false
    // With the same address the browser would only look for the fragment in the page that is there.
    const address = new URL(`widget/${tries > 1 ? `?${tries}` : ''}#${location.origin}`, base).href
    // Replaced, so that the way back from the host's page does not lead through our tries.
    if (tries > 1) element.contentWindow?.location.replace(address)
    else element.src = address
    after(LOADED_MS, miss)
  }
  const miss = () => {
    if (tries === 1)
      // biome-ignore lint/suspicious/noConsole: the page's engineer looks there, and nowhere else is the cause told
      console.warn(
        `Acme chat does not start: is ${location.origin} among the ALLOWED_ORIGINS of ${base.origin}?`,
      )
    isMissing = true
    onMissing()
    const ms = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (tries - 1))
    after(ms * (1 + Math.random() / 2), load)
  }
  const hurry = () => {
    if (isMissing) load()
  }
  // Also of an error page.
  element.addEventListener('load', () => tries > 0 && after(STARTED_MS, miss))
  const listen = (event: MessageEvent<unknown>) => {
    if (event.origin !== base.origin || event.source !== element.contentWindow) return
    if (!isToPage(event.data)) return
    if (event.data.type === 'ready') stop()
    onMessage(event.data)
  }
  const stop = () => {
    clearTimeout(timer)
    tries = 0
    isMissing = false
    removeEventListener('online', hurry)
  }
  addEventListener('message', listen)
  addEventListener('online', hurry)
  load()
  return {
    element,
    post: (message) => element.contentWindow?.postMessage(message, base.origin),
    hurry,
    remove() {
      stop()
      removeEventListener('message', listen)
      element.remove()
    },
  }
}
