import type { SupportChatListItem } from '@acme/api'
import { api } from '@acme/react/query'
import { type Query, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { useDesk } from '../desk/desk.tsx'
import { type CardPages, cardsOf } from './cards.ts'
import { mergeCards, type ReceivedCard } from './merge-cards.ts'
import { missedNews } from './missed-news.ts'
import { cardListInput } from './use-card-list.ts'

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
  const utils = api.useUtils()
  const tellNews = useEffectEvent(onUserMessage)

  useEffect(() => {
    const lists = utils.admin.chats.list
    const heard = new Map<string, ReceivedCard>()
    /** The active chats as they were when events may have been missed, until they are read again. */
    let before: SupportChatListItem[] | null = null
    let wasOnline = false
    const activeCards = () => cardsOf(lists.getInfiniteData(cardListInput(false)))
    const merge = ({ queryKey, meta }: Query, cards: readonly ReceivedCard[]) => {
      const list = meta?.tab && cache.getQueryData<CardPages>(queryKey)
      const merged = meta?.tab && list && mergeCards(list, cards, meta.tab)
      if (merged && merged !== list) cache.setQueryData(queryKey, merged)
    }

    const stopWatching = cache.getQueryCache().subscribe((event) => {
      const { state, meta } = event.query
      const isAnswer =
        event.type === 'updated' && event.action.type === 'success' && event.action.manual !== true
      const isShownAgain = event.type === 'observerAdded' && !state.isInvalidated
      if (isAnswer || isShownAgain) merge(event.query, [...heard.values()])
      if (isAnswer && before && meta?.tab && !meta.tab.archived && !meta.tab.searched) {
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
        for (const query of cache.getQueryCache().findAll({ type: 'active' })) merge(query, cards)
        if (type === 'new_user_message') tellNews(chats)
      },
      onOnline() {
        if (wasOnline) before ??= activeCards()
        wasOnline = true
        void lists.invalidate()
      },
    })
    return () => {
      stopFollowing()
      stopWatching()
    }
  }, [client, cache, utils])
}
