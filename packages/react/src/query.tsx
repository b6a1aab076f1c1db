import type { AppRouter } from '@acme/api'
import { isServerError, transformer } from '@acme/client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { httpLink } from '@trpc/client'
import { type CreateTRPCReact, createTRPCReact } from '@trpc/react-query'
import { type ReactNode, useState } from 'react'
import { askedAtLink } from './asked-at-link.ts'

export type { Asked } from './asked-at-link.ts'

/**
 * Request and response hooks for everything that is not a conversation: those of `@trpc/react-query`.
 *
 * @example
 * ```tsx
 * const { data } = api.admin.chats.list.useQuery({ archived: false })
 * ```
 */
export const api: CreateTRPCReact<AppRouter, unknown> = createTRPCReact<AppRouter>()

/** Gives the components below `api`, over HTTP, with the cookie of the page's own origin. */
export function ApiProvider({ url, children }: { url: string; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [client] = useState(() =>
    api.createClient({
      links: [
        askedAtLink,
        // Same-origin cookies go along: that is what fetch does by itself.
        httpLink({
          // Inputs stand in the body: what is searched for must not end in a proxy's log of addresses.
          methodOverride: 'POST',
          url: `${url}/trpc`,
          transformer,
        }),
      ],
    }),
  )
  return (
    <api.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </api.Provider>
  )
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What changes is told by subscriptions; asking again at every focus would only add load.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && isTemporary(error),
      },
      mutations: { retry: false },
    },
  })
}

/** An answer with a code of the 400s will be the same next time, except for "too many". */
function isTemporary(error: Error): boolean {
  return !isServerError(error) || error.data.httpStatus >= 500 || error.data.httpStatus === 429
}
