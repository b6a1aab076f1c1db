import type { SupportChatView } from '@acme/react'
import { Composer, type Sound } from '@acme/ui'
import type { RefObject } from 'react'
import { useState } from 'react'
import { Banner } from './banner.tsx'
import { Conversation } from './conversation.tsx'
import { Header } from './header.tsx'
import type { Texts } from './texts/texts.ts'
import './panel.css'

export interface PanelProps {
  chat: SupportChatView
  /** Where unread began when the reader opened the panel. */
  firstUnreadSeq: number | null
  title: string
  texts: Texts
  language: string
  sound: Sound
  /** What was being written when the panel was last here. */
  draft: string
  onDraft: (draft: string) => void
  onClose: () => void
  onAtEnd: (atEnd: boolean) => void
  composer: RefObject<HTMLTextAreaElement | null>
}

/** The panel as one sees it; everything it shows comes in. */
export function Panel({
  chat,
  firstUnreadSeq,
  title,
  texts,
  language,
  sound,
  onClose,
  onAtEnd,
  composer,
  ...props
}: PanelProps) {
  const [draft, setDraft] = useState(props.draft)
  const onDraft = (next: string) => {
    setDraft(next)
    props.onDraft(next)
  }
  return (
    <main className="panel">
      <Header title={title} connection={chat.connection.type} sound={sound} onClose={onClose} texts={texts} />
      <Banner chat={chat} texts={texts} />
      <Conversation
        chat={chat}
        firstUnreadSeq={firstUnreadSeq}
        texts={texts}
        language={language}
        onAtEnd={onAtEnd}
      />
      <footer className="panel-footer">
        <Composer
          onSend={chat.sendMessage}
          onTyping={chat.setTyping}
          placeholder={texts.placeholder}
          disabled={chat.connection.type === 'ended'}
          draft={draft}
          onDraft={onDraft}
          inputRef={composer}
          texts={{ send: texts.send, left: texts.left }}
        />
      </footer>
    </main>
  )
}
