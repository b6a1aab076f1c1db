import type { SupportClient } from '@acme/client'
import { createContext, type ReactNode, useContext } from 'react'

const SupportClientContext = createContext<SupportClient | null>(null)

/**
 * Gives the components below a client. Whoever made it closes it.
 *
 * @example
 * ```tsx
 * <SupportChatProvider client={client}>
 *   <Chat />
 * </SupportChatProvider>
 * ```
 */
export function SupportChatProvider({ client, children }: { client: SupportClient; children: ReactNode }) {
  return <SupportClientContext value={client}>{children}</SupportClientContext>
}

/**
 * Returns the client of the nearest `SupportChatProvider`, for what the hooks do not have: to log out, for example.
 *
 * @throws Error without a provider
 *
 * @example
 * ```tsx
 * const client = useSupportClient()
 * const logOut = () => client.end()
 * ```
 */
export function useSupportClient(): SupportClient {
  const client = useContext(SupportClientContext)
  if (!client) throw new Error('Put a <SupportChatProvider client={…}> around this component.')
  return client
}
