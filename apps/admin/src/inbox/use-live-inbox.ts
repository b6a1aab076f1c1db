import type { AdminNotificationMessage, SupportChatList, SupportChatListItem } from '@acme/api'
import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { useDesk } from '../frame/desk.tsx'
import { mergeCards } from './merge-cards.ts'
import { CARD_LISTS, cardListKey } from './use-card-list.ts'

/** A list that is asked for now may have been read before an event of the last second. */
const OVERLAP_MS = 1_000

interface LiveInbox {
  search: string
  /** Whether a list is being read right now. */
  fetching: boolean
  onUserMessage: (cards: readonly SupportChatListItem[]) => void
}

/**
 * Merges what happens into the lists of the query cache. Events are hints: after each time they may have been
 * missed the lists are read again, and what was heard while they were read is merged into the answer.
 */
export function useLiveInbox({ search, fetching, onUserMessage }: LiveInbox): void {
  const { client } = useDesk()
  const cache = useQueryClient()
  const heard = useRef(new Map<string, { card: SupportChatListItem; at: number }>())

  const merge = useCallback(
    (cards: readonly SupportChatListItem[]) => {
      for (const archived of [false, true]) {
        for (const words of new Set(['', search])) {
          const key = cardListKey(archived, words)
          const list = cache.getQueryData<InfiniteData<SupportChatList>>(key)
          const merged = list && mergeCards(list, cards, { archived, searched: words !== '' })
          if (merged !== list) cache.setQueryData(key, merged)
        }
      }
    },
    [cache, search],
  )

  const onEvent = useRef<(event: AdminNotificationMessage) => void>(() => {})
  useEffect(() => {
    onEvent.current = ({ type, chats }) => {
      const at = Date.now()
      for (const card of chats) heard.current.set(card.id, { card, at })
      merge(chats)
      if (type === 'new_user_message') onUserMessage(chats)
    }
  })
  useEffect(
    () =>
      client.followInbox({
        onEvent: (event) => onEvent.current(event),
        onOnline: () => void cache.invalidateQueries({ queryKey: CARD_LISTS }),
      }),
    [client, cache],
  )

  useEffect(() => {
    if (fetching) {
      const since = Date.now() - OVERLAP_MS
      for (const [id, { at }] of heard.current) if (at < since) heard.current.delete(id)
    } else {
      merge([...heard.current.values()].map(({ card }) => card))
    }
  }, [fetching, merge])
}
