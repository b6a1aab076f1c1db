import type { KeyValueStorage } from '@acme/client'
import { useFirstUnreadSeq, useIncomingMessage, useSupportChat, useTabVisible } from '@acme/react'
import type { Sound } from '@acme/ui'
import { useEffect, useRef, useState } from 'react'
import type { Host } from './host.ts'
import { Panel } from './panel.tsx'
import type { Texts } from './texts/texts.ts'
import { useOpen } from './use-open.ts'

interface AppProps {
  host: Host
  storage: KeyValueStorage
  sound: Sound
  texts: Texts
  language: string
}

const DRAFT_KEY = 'draft'

/** The panel in its page: connects what is shown with the chat and with the host. */
export function App({ host, storage, sound, texts, language }: AppProps) {
  const chat = useSupportChat()
  const open = useOpen(host)
  const tabVisible = useTabVisible()
  const [atEnd, setAtEnd] = useState(true)
  const composer = useRef<HTMLTextAreaElement>(null)
  const { unreadCount, markAsRead, phase } = chat
  const firstUnreadSeq = useFirstUnreadSeq(chat, 'user', open && tabVisible)

  // Read is what has been on the screen: open, in front, and scrolled to.
  useEffect(() => {
    if (open && tabVisible && atEnd && unreadCount > 0) markAsRead()
  }, [open, tabVisible, atEnd, unreadCount, markAsRead])

  useEffect(() => {
    if (phase === 'ready') host.post({ type: 'unread', count: unreadCount })
  }, [host, phase, unreadCount])

  useEffect(() => {
    if (open) composer.current?.focus()
  }, [open])

  useIncomingMessage(() => {
    sound.play()
    host.post({ type: 'message' })
  })

  return (
    <Panel
      chat={chat}
      firstUnreadSeq={firstUnreadSeq}
      title={host.start.title ?? texts.title}
      texts={texts}
      language={language}
      sound={sound}
      draft={storage.get(DRAFT_KEY) ?? ''}
      onDraft={(draft) => (draft === '' ? storage.remove(DRAFT_KEY) : storage.set(DRAFT_KEY, draft))}
      onClose={() => host.post({ type: 'close' })}
      onAtEnd={setAtEnd}
      composer={composer}
    />
  )
}
