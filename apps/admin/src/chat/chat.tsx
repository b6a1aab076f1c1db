import type { ChatUser } from '@acme/api'
import type { Conversation } from '@acme/client'
import { firstUnreadSeq, useConversation, useFirstUnreadSeq, useTabVisible } from '@acme/react'
import { Button, Composer } from '@acme/ui'
import { useEffect, useRef, useState } from 'react'
import { useDesk } from '../desk/desk.tsx'
import { nameOf } from '../name-of.ts'
import { ArchivedNotice } from './archived-notice.tsx'
import { ChatHeader } from './chat-header.tsx'
import { Messages } from './messages.tsx'
import { Refused } from './refused.tsx'
import { useArchive } from './use-archive.ts'
import { useViewed } from './use-viewed.ts'
import './chat.css'

interface ChatProps {
  chatId: string
  user: ChatUser
  conversation: Conversation
}

/** A chat as an agent reads and answers it. */
export function Chat({ chatId, user, conversation }: ChatProps) {
  const { admin, drafts } = useDesk()
  const chat = useConversation(conversation)
  const [draft, setDraft] = useState(() => drafts.get(chatId))
  const [atEnd, setAtEnd] = useState(true)
  const composer = useRef<HTMLTextAreaElement>(null)
  const visible = useTabVisible()
  const { messages, unreadCount } = chat
  const shownUpTo = messages.at(-1)?.seq ?? 0
  const unreadSeq = firstUnreadSeq(messages, unreadCount, 'admin')
  const archive = useArchive(chatId, unreadSeq === null ? shownUpTo : unreadSeq - 1)
  const unreadBegan = useFirstUnreadSeq(chat, 'admin', visible)
  const name = nameOf(user)
  const writers = chat.typing.filter(({ side }) => side === 'admin')

  useViewed(chatId, chat.phase === 'ready')

  // Read is what has been on the screen: in front, and scrolled to. What has arrived since is not.
  useEffect(() => {
    if (visible && atEnd && unreadCount > 0) conversation.markRead(shownUpTo)
  }, [visible, atEnd, unreadCount, conversation, shownUpTo])

  // A keyboard that nobody asked for would cover half of a phone.
  useEffect(() => {
    if (matchMedia('(hover: hover) and (pointer: fine)').matches) composer.current?.focus()
  }, [])

  return (
    <section className="chat" aria-label={`Chat with ${name}`}>
      <ChatHeader
        user={user}
        connection={chat.connection.type}
        here={chat.here}
        archived={chat.archivedAt !== null}
        ready={chat.phase === 'ready'}
        archive={archive}
      />
      {archive.refusal !== null && (
        <Refused onDismiss={archive.dismiss}>
          {archive.refusal === 'moved-on'
            ? `${name} has just written. Read it before you archive.`
            : archive.refusal}
        </Refused>
      )}
      <Messages chat={chat} firstUnreadSeq={unreadBegan} user={name} me={admin.name} onAtEnd={setAtEnd} />
      <footer className="chat-footer">
        {chat.archivedAt && <ArchivedNotice at={chat.archivedAt} name={name} />}
        {chat.phase === 'failed' && (chat.messages.length > 0 || chat.pending.length > 0) && (
          <p className="chat-writers" role="status">
            The chat could not be loaded. {chat.failure}{' '}
            <Button look="text" onClick={chat.reload}>
              Try again
            </Button>
          </p>
        )}
        {writers.length > 0 && (
          <p className="chat-writers" role="status">
            {writers.map((writer) => writer.name ?? 'Somebody of the team').join(' and ')}{' '}
            {writers.length === 1 ? 'is' : 'are'} writing a reply…
          </p>
        )}
        <Composer
          placeholder="Message"
          draft={draft}
          onDraft={(next) => {
            setDraft(next)
            drafts.set(chatId, next)
          }}
          onSend={chat.sendMessage}
          onTyping={chat.setTyping}
          inputRef={composer}
        />
      </footer>
    </section>
  )
}
