import { createSupportClient, personalPendingStore } from '@acme/client'
import { SupportChatProvider } from '@acme/react'
import '@acme/ui/tokens.css'
import '@acme/ui/page.css'
import { createSound } from '@acme/ui'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connectHost, type Host } from './host.ts'
import { createStored } from './stored.ts'
import { isRightToLeft, loadTexts } from './texts/load-texts.ts'
import { applyTheme } from './theme.ts'

const NOTES = [
  [659.25, 0],
  [880, 0.11],
] as const

// The loader names its page in the fragment. Opened on its own, the panel has nobody to talk for.
const origin = location.hash.slice(1)
const place = document.getElementById('panel')
if (window.parent !== window && origin !== '' && place) {
  void connectHost(window.parent, origin).then((host) => begin(host, place))
}

async function begin(host: Host, place: HTMLElement) {
  const { start } = host
  const { texts, language } = await loadTexts(start.language ?? navigator.language)
  document.documentElement.lang = language
  document.documentElement.dir = isRightToLeft(language) ? 'rtl' : 'ltr'
  applyTheme(document.documentElement, start.theme ?? {})
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) host.post({ type: 'close' })
  })
  const storage = createStored(start.outbox, (key, value) => host.post({ type: 'store', key, value }))
  host.onStored(storage.changed)
  const sound = createSound({ storage, mutedKey: 'muted', notes: NOTES })

  if (start.token === null) await untilOpened(host)
  const client = createSupportClient({
    url: '',
    language,
    session: {
      token: start.token,
      identity: async () => (start.signed ? host.identity() : null),
      onToken: (token) => host.post({ type: 'session', token }),
    },
    // The page keeps the drafts and unsent messages of its users apart.
    pending: personalPendingStore({ storage, onChange: storage.onChange, token: start.token }),
  })
  const root = createRoot(place)
  root.render(
    <SupportChatProvider client={client}>
      <App host={host} storage={storage} sound={sound} texts={texts} language={language} />
    </SupportChatProvider>,
  )
}

/** A stranger who only brushed the button gets no session and no chat. */
function untilOpened(host: Host): Promise<void> {
  return new Promise((resolve) => {
    if (host.isOpen) return resolve()
    const stop = host.onVisibility(() => {
      if (!host.isOpen) return
      stop()
      resolve()
    })
  })
}
