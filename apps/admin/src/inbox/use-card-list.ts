import type { SupportChatListItem } from '@acme/api'
import { api } from '@acme/react/query'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type CardPage, cardsOf } from './cards.ts'

const REFRESH_MS = 60_000

/** A tab as far as it is loaded. */
export interface CardListView {
  cards: SupportChatListItem[]
  /** `waiting`: nothing is known yet; `failed`: nothing could be loaded. */
  phase: 'waiting' | 'failed' | 'loaded'
  error: unknown
  /** It is being read right now. */
  fetching: boolean
  /** The cards are those of the search before. */
  stale: boolean
  more: 'none' | 'there' | 'loading' | 'failed'
  loadMore: () => void
  reload: () => void
}

/** Under which key of the query cache the lists stand, and one of them. */
export const CARD_LISTS = ['inbox', 'cards'] as const
export function cardListKey(archived: boolean, search = '') {
  return [...CARD_LISTS, { archived, search }] as const
}

/** A tab's cards, page after page. Without `enabled` it only looks at what is there already. */
export function useCardList(archived: boolean, search = '', enabled = true): CardListView {
  const { client } = api.useUtils()
  const list = useInfiniteQuery({
    queryKey: cardListKey(archived, search),
    // Not tRPC's own hook: it adds a `direction` to the input, which the server refuses.
    queryFn: async ({ pageParam: cursor, signal }): Promise<CardPage> => {
      const askedAt = performance.now()
      const input = { archived, ...(search && { search }), cursor }
      return { ...(await client.admin.chats.list.query(input, { signal })), askedAt }
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.nextCursor,
    // Events keep it up to date; this finds what no event told of.
    refetchInterval: REFRESH_MS,
    // While one types, the former result; but never the cards of the other tab.
    placeholderData: (before, query) => (query?.queryKey[2].archived === archived ? before : undefined),
    enabled,
  })
  const cards = useMemo(() => cardsOf(list.data), [list.data])
  return {
    cards,
    phase: list.data ? 'loaded' : list.isError ? 'failed' : 'waiting',
    error: list.error,
    fetching: list.isFetching,
    stale: list.isPlaceholderData,
    more: list.isFetchingNextPage
      ? 'loading'
      : list.isFetchNextPageError
        ? 'failed'
        : list.hasNextPage
          ? 'there'
          : 'none',
    loadMore: () => void list.fetchNextPage(),
    reload: () => void list.refetch(),
  }
}

const FIRST_PAGE: string | null = null
