import { isToPage, type ToPage, type ToPanel } from '../bridge.ts'

export interface Frame {
  element: HTMLIFrameElement
  post(message: ToPanel): void
  remove(): void
}

/** The panel in its frame. It is told this page's origin in the fragment, to answer to it and no other. */
export function createFrame(base: URL, onMessage: (message: ToPage) => void): Frame {
  const element = document.createElement('iframe')
  element.title = 'Support chat'
  element.allow = 'autoplay; clipboard-write'
  element.src = new URL(`widget/#${location.origin}`, base).href

  const listen = (event: MessageEvent<unknown>) => {
    if (event.origin !== base.origin || event.source !== element.contentWindow) return
    if (isToPage(event.data)) onMessage(event.data)
  }
  addEventListener('message', listen)
  return {
    element,
    post: (message) => element.contentWindow?.postMessage(message, base.origin),
    remove() {
      removeEventListener('message', listen)
      element.remove()
    },
  }
}
