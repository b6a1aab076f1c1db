import type { AdminProfile } from '@acme/api'
import { type AdminClient, type Browser, type ConnectionState, createAdminClient } from '@acme/client'
import { useStore } from '@acme/react'
import { createSound, type Sound } from '@acme/ui'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type Drafts, draftsOf } from './drafts.ts'
import { createNotifications, type Notifications } from './notifications.ts'

/** Lower and quicker than the widget's: it is heard all day. */
const NOTES = [
  [523.25, 0],
  [783.99, 0.09],
] as const

/** What an agent who is logged in works with. */
export interface Desk {
  admin: AdminProfile
  client: AdminClient
  sound: Sound
  notifications: Notifications
  /** Kept in this tab, through a reload or a new log-in. */
  drafts: Drafts
}

const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('useDesk belongs inside DeskProvider')
  return desk
}

interface DeskProviderProps {
  admin: AdminProfile
  /** The same for every log-in: without storage it remembers by itself. */
  browser: Browser
  /** The session was ended elsewhere. */
  onEnded: () => void
  children: ReactNode
}

/** Opens the connection with the session, and closes it with the session. */
export function DeskProvider({ admin, browser, onEnded, children }: DeskProviderProps) {
  const [desk, setDesk] = useState<Desk | null>(null)

  useEffect(() => {
    const client = createAdminClient({ url: '', account: admin.id })
    // What this browser remembers between visits: switches, nothing of a chat.
    const { storage, tabStorage } = browser
    const sound = createSound({ storage, mutedKey: 'acme.inbox.muted', notes: NOTES })
    const drafts = draftsOf(tabStorage, admin.id)
    setDesk({ admin, client, sound, notifications: createNotifications(storage), drafts })
    const stop = client.connection.subscribe(() => {
      if (client.connection.getSnapshot().type === 'ended') onEnded()
    })
    return () => {
      stop()
      client.close()
      sound.close()
    }
  }, [admin, browser, onEnded])

  return desk && <DeskContext value={desk}>{children}</DeskContext>
}

export function useConnectionState(): ConnectionState {
  return useStore(useDesk().client.connection)
}
