import type { SupportClient } from '@acme/client'
import { createContext, type ReactNode, useContext } from 'react'

const SupportClientContext = createContext<SupportClient | null>(null)

/** Gives the components below a client. Whoever made it closes it. */
export function SupportChatProvider({ client, children }: { client: SupportClient; children: ReactNode }) {
  return <SupportClientContext value={client}>{children}</SupportClientContext>
}

/** The client of the nearest `SupportChatProvider`. @throws Error without one. */
export function useSupportClient(): SupportClient {
  const client = useContext(SupportClientContext)
  if (!client) throw new Error('Put a <SupportChatProvider client={…}> around this component.')
  return client
}
