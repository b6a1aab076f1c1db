import type { SupportChatListItem } from '@acme/api'
import { hashKey, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { useDesk } from '../desk/desk.tsx'
import { type CardPages, cardsOf } from './cards.ts'
import { type HeardCard, mergeCards, type Tab } from './merge-cards.ts'
import { missedNews } from './missed-news.ts'
import { CARD_LISTS, cardListKey } from './use-card-list.ts'

const ACTIVE = hashKey(cardListKey(false))

/** Longer than a list is on its way, and than one that is shown again may be kept without being read again. */
const KEEP_MS = 120_000

/**
 * Merges what happens into the lists of the query cache. Events are hints: after each time they may have been
 * missed the lists are read again. An answer that was asked for before an event may be older than it, so what was
 * heard since is merged into every answer before it is shown. What a user wrote while nothing was heard is told when the
 * list is read again.
 */
export function useLiveInbox(onUserMessage: (cards: readonly SupportChatListItem[]) => void): void {
  const { client } = useDesk()
  const cache = useQueryClient()
  const tellNews = useEffectEvent(onUserMessage)

  useEffect(() => {
    const heard = new Map<string, HeardCard>()
    /** The active chats as they were when events may have been missed, until they are read again. */
    let before: SupportChatListItem[] | null = null
    let wasOnline = false
    const activeCards = () => cardsOf(cache.getQueryData<CardPages>(cardListKey(false)))
    const merge = (key: QueryKey, cards: readonly HeardCard[]) => {
      const tab = tabOf(key)
      const list = cache.getQueryData<CardPages>(key)
      const merged = tab && list && mergeCards(list, cards, tab)
      if (merged && merged !== list) cache.setQueryData(key, merged)
    }

    const stopWatching = cache.getQueryCache().subscribe((event) => {
      const { queryKey, state } = event.query
      const isAnswer =
        event.type === 'updated' && event.action.type === 'success' && event.action.manual !== true
      const isShownAgain = event.type === 'observerAdded' && !state.isInvalidated
      if (isAnswer || isShownAgain) merge(queryKey, [...heard.values()])
      if (isAnswer && before && hashKey(queryKey) === ACTIVE) {
        const missed = missedNews(before, activeCards())
        before = null
        if (missed.length > 0) tellNews(missed)
      }
    })
    const stopFollowing = client.followInbox({
      onEvent({ type, chats }) {
        const at = performance.now()
        const cards = chats.map((card) => ({ card, at }))
        for (const one of cards) {
          // At the end of the map, so that it is in order of time.
          heard.delete(one.card.id)
          heard.set(one.card.id, one)
        }
        for (const [id, one] of heard) {
          if (one.at > at - KEEP_MS) break
          heard.delete(id)
        }
        for (const { queryKey } of cache.getQueryCache().findAll({ queryKey: CARD_LISTS, type: 'active' }))
          merge(queryKey, cards)
        if (type === 'new_user_message') tellNews(chats)
      },
      onOnline() {
        if (wasOnline) before ??= activeCards()
        wasOnline = true
        void cache.invalidateQueries({ queryKey: CARD_LISTS })
      },
    })
    return () => {
      stopFollowing()
      stopWatching()
    }
  }, [client, cache])
}

/** Which list of cards stands under a key; null for everything else in the cache. */
function tabOf([inbox, cards, which]: QueryKey): Tab | null {
  if (inbox !== CARD_LISTS[0] || cards !== CARD_LISTS[1]) return null
  if (typeof which !== 'object' || which === null || !('archived' in which) || !('search' in which))
    return null
  return { archived: which.archived === true, searched: which.search !== '' }
}
