import { AlertIcon, ArchiveIcon, Button, ChatIcon, EmptyState, SearchIcon, Spinner } from '@acme/ui'
import { useRef } from 'react'
import { faultText } from '../fault.ts'
import { useNow } from '../use-now.ts'
import { Card } from './card.tsx'
import { CardSkeletons } from './card-skeletons.tsx'
import { useCardKeys } from './use-card-keys.ts'
import type { CardListView } from './use-card-list.ts'
import { useHeldOrder } from './use-held-order.ts'
import { useReached } from './use-reached.ts'
import './card-list.css'

interface CardListProps {
  list: CardListView
  archived: boolean
  search: string
  openId: string | null
  onClearSearch: () => void
}

/** The cards of a tab, and what stands in their place while there are none. */
export function CardList({ list, archived, search, openId, onClearSearch }: CardListProps) {
  const { cards, updated, letGo, pointer } = useHeldOrder(list.cards)
  const { onKeyDown, tabStop, onFocus } = useCardKeys(cards, openId)
  const scroller = useRef<HTMLDivElement>(null)
  const now = useNow()
  const end = useReached(scroller, list.more === 'there' ? list.loadMore : null)

  if (list.phase === 'waiting') return <CardSkeletons />
  if (list.phase === 'failed') {
    return (
      <div role="alert" className="cards-middle">
        <EmptyState
          icon={<AlertIcon />}
          title="The chats could not be loaded"
          action={<Button onClick={list.reload}>Try again</Button>}
        >
          {faultText(list.error)}
        </EmptyState>
      </div>
    )
  }
  if (cards.length === 0) {
    return (
      <div className="cards-middle">
        <Nothing archived={archived} search={search} onClearSearch={onClearSearch} />
      </div>
    )
  }
  const apply = () => {
    letGo()
    scroller.current?.scrollTo({ top: 0 })
  }
  return (
    <div className="cards" {...pointer}>
      {updated > 0 && (
        <button type="button" className="cards-pill" onClick={apply}>
          {updated} updated
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the links inside */}
      <div ref={scroller} className="cards-scroller" onKeyDown={onKeyDown}>
        <ul aria-busy={list.stale} data-stale={list.stale ? '' : undefined}>
          {cards.map((card) => (
            <li key={card.id}>
              <Card
                card={card}
                now={now}
                open={card.id === openId}
                tabStop={card.id === tabStop}
                onFocus={onFocus}
              />
            </li>
          ))}
        </ul>
        <div ref={end} className="cards-end">
          {list.more === 'loading' && <Spinner label="Loading more chats…" />}
          {list.more === 'failed' && (
            <Button look="text" onClick={list.loadMore}>
              Could not load more. Try again
            </Button>
          )}
        </div>
      </div>
    </div>
  )
}

function Nothing({
  archived,
  search,
  onClearSearch,
}: Pick<CardListProps, 'archived' | 'search' | 'onClearSearch'>) {
  if (search !== '') {
    return (
      <EmptyState
        icon={<SearchIcon />}
        title={`Nothing found for “${search}”`}
        action={<Button onClick={onClearSearch}>Clear search</Button>}
      >
        Search looks for whole words in messages and for the beginning of names and emails, in{' '}
        {archived ? 'archived' : 'active'} chats.
      </EmptyState>
    )
  }
  return archived ? (
    <EmptyState icon={<ArchiveIcon />} title="Nothing archived">
      A chat that you archive waits here and comes back when its user writes again.
    </EmptyState>
  ) : (
    <EmptyState icon={<ChatIcon />} title="All caught up">
      New chats appear here the moment somebody writes.
    </EmptyState>
  )
}
