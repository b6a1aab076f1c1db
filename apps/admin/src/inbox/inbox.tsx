import { ConnectionDot } from '@acme/ui'
import { useEffect, useState } from 'react'
import { useLocation, useRoute } from 'wouter'
import { createAlerted } from '../alerts/alerted.ts'
import { useConnectionState, useDesk } from '../desk/desk.tsx'
import { nameOf } from '../name-of.ts'
import { useDebounced } from '../use-debounced.ts'
import { CardList } from './card-list.tsx'
import { inboxTitle } from './inbox-title.ts'
import { SearchField } from './search-field.tsx'
import { Tabs } from './tabs.tsx'
import { useCardList } from './use-card-list.ts'
import { useLiveInbox } from './use-live-inbox.ts'
import './inbox.css'

const SEARCH_AFTER_MS = 250

/** The list beside the chat: which chats there are, and what is new in them. */
export function Inbox({ onUnread }: { onUnread: (unread: number) => void }) {
  const { sound, notifications } = useDesk()
  const connection = useConnectionState()
  const [, navigate] = useLocation()
  const [, open] = useRoute('/chats/:id')
  const openId = open?.id ?? null
  const [alerted] = useState(createAlerted)
  const [archived, setArchived] = useState(false)
  const [words, setWords] = useState('')
  const search = useDebounced(words.trim(), SEARCH_AFTER_MS)
  const active = useCardList(false)
  const shown = useCardList(archived, search)

  useLiveInbox((cards) => {
    // What one is looking at makes no noise.
    const visible = document.visibilityState === 'visible'
    const elsewhere = alerted.take(cards).filter(({ id }) => !visible || id !== openId)
    if (elsewhere.length > 0) sound.play()
    for (const card of elsewhere) notifications.show(card, () => navigate(`/chats/${card.id}`))
  })

  const unread = active.cards.filter((card) => card.unread).length
  const openCard = [...active.cards, ...shown.cards].find(({ id }) => id === openId)
  useEffect(() => onUnread(unread), [onUnread, unread])
  useEffect(() => {
    document.title = inboxTitle(unread, openCard ? nameOf(openCard.user) : null)
  }, [unread, openCard])

  return (
    <section className="inbox" aria-label="Chats">
      <header className="inbox-header">
        <div className="inbox-heading">
          <h1>Inbox</h1>
          <ConnectionDot state={connection.type} />
        </div>
        <SearchField words={words} onWords={setWords} busy={search !== '' && shown.fetching} />
        <Tabs archived={archived} onArchived={setArchived} unread={unread} />
      </header>
      <div
        className="inbox-panel"
        id="inbox-panel"
        role="tabpanel"
        aria-labelledby={archived ? 'tab-archived' : 'tab-active'}
      >
        <CardList
          // Another list begins at its top, with nothing held back.
          key={`${archived} ${search}`}
          list={shown}
          archived={archived}
          search={search}
          openId={openId}
          onClearSearch={() => setWords('')}
        />
      </div>
    </section>
  )
}
