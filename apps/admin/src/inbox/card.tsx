import type { SupportChatListItem } from '@acme/api'
import { Avatar, Hidden, relativeTime } from '@acme/ui'
import { memo } from 'react'
import { Link } from 'wouter'
import { nameOf } from '../name-of.ts'
import './card.css'

interface CardProps {
  card: SupportChatListItem
  now: Date
  open: boolean
  /** Where Tab enters the list. */
  tabStop: boolean
  onFocus: (id: string) => void
}

/** One chat of the list. */
export const Card = memo(function Card({ card, now, open, tabStop, onFocus }: CardProps) {
  const { id, user, unread, lastMessage, lastMessageAt, messageCount } = card
  const name = nameOf(user)
  return (
    <Link
      href={`/chats/${id}`}
      className="card"
      data-card={id}
      data-unread={unread}
      aria-current={open ? 'page' : undefined}
      tabIndex={tabStop ? 0 : -1}
      onFocus={() => onFocus(id)}
    >
      <Avatar name={user.name?.trim() || user.email || ''} />
      <span className="card-name" dir="auto">
        {name}
      </span>
      {unread && <Hidden>unread</Hidden>}
      <time
        className="card-time"
        dateTime={lastMessageAt.toISOString()}
        title={lastMessageAt.toLocaleString()}
      >
        {relativeTime(lastMessageAt, now)}
      </time>
      <span className="card-preview" dir="auto">
        {lastMessage === null ? (
          <i>Nothing written yet</i>
        ) : (
          <>
            {lastMessage.senderType === 'admin' && <span className="card-you">You: </span>}
            {lastMessage.preview}
          </>
        )}
      </span>
      <span className="card-count" title={messageCount === 1 ? '1 message' : `${messageCount} messages`}>
        {messageCount > 999 ? '999+' : messageCount}
        <Hidden>{messageCount === 1 ? ' message' : ' messages'}</Hidden>
      </span>
    </Link>
  )
})
