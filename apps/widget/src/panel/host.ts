import { isToPanel, type Start, type ToPage } from '../bridge.ts'

/** The page around the frame, as the panel sees it. */
export interface Host {
  readonly start: Start
  post(message: ToPage): void
  /** Asks the page who its user is. Rejects when it cannot say: a signed user never becomes a visitor. */
  identity(): Promise<string>
  readonly isOpen: boolean
  /** Calls back on every change of `isOpen`; returns the way out. */
  onVisibility(listener: () => void): () => void
  /** Another tab of the page has stored something. */
  onStored(listener: (key: string, value: string | null) => void): void
}

const IDENTITY_TIMEOUT_MS = 20_000

/** Says hello to the page at `origin` and waits for what it hands over. */
export function connectHost(page: Window, origin: string): Promise<Host> {
  const listeners = new Set<() => void>()
  const stored = new Set<(key: string, value: string | null) => void>()
  const waiting = new Set<(jwt: string | null) => void>()
  const post = (message: ToPage) => page.postMessage(message, origin)
  let isOpen = false

  return new Promise((resolve) => {
    let started = false
    addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== page || !isToPanel(event.data)) return
      const message = event.data
      switch (message.type) {
        case 'start':
          if (started) return
          started = true
          isOpen = message.open
          return resolve(host(message))
        case 'visibility':
          isOpen = message.open
          for (const tell of listeners) tell()
          return
        case 'identity':
          for (const answer of waiting) answer(message.jwt)
          return
        case 'stored':
          for (const tell of stored) tell(message.key, message.value)
          return
      }
    })
    post({ type: 'ready' })
  })

  function host(start: Start): Host {
    return {
      start,
      post,
      identity: () =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => answer(null), IDENTITY_TIMEOUT_MS)
          const answer = (jwt: string | null) => {
            clearTimeout(timer)
            waiting.delete(answer)
            if (jwt === null) reject(new Error('The page could not tell who is signed in.'))
            else resolve(jwt)
          }
          waiting.add(answer)
          post({ type: 'needIdentity' })
        }),
      get isOpen() {
        return isOpen
      },
      onVisibility(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      onStored: (listener) => void stored.add(listener),
    }
  }
}
