import type { SupportChatListItem } from '@acme/api'
import { api } from '@acme/react/query'
import { useMemo } from 'react'
import { cardsOf } from './cards.ts'
import type { Tab } from './merge-cards.ts'

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

/** What a list is asked for by; under this its pages stand in the query cache. */
export function cardListInput(archived: boolean, search = '') {
  return { archived, ...(search && { search }) }
}

declare module '@tanstack/react-query' {
  interface Register {
    /** `tab`: the query is a list of cards, and which. */
    queryMeta: { tab?: Tab }
  }
}

/** A tab's cards, page after page. Without `enabled` it only looks at what is there already. */
export function useCardList(archived: boolean, search = '', enabled = true): CardListView {
  const list = api.admin.chats.list.useInfiniteQuery(cardListInput(archived, search), {
    meta: { tab: { archived, searched: search !== '' } },
    getNextPageParam: (page) => page.nextCursor,
    // Events keep it up to date; this finds what no event told of.
    refetchInterval: REFRESH_MS,
    // While one types, the former result; but never the cards of the other tab.
    placeholderData: (before, query) => (query?.meta?.tab?.archived === archived ? before : undefined),
    enabled,
    // When each page was asked for: what was heard since is merged into it.
    trpc: { abortOnUnmount: true, context: { askedAt: true } },
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
