import { ChatIcon, EmptyState } from '@acme/ui'
import { useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { ChatPage } from '../chat/chat-page.tsx'
import { Inbox } from '../inbox/inbox.tsx'
import { TeamPage } from '../team/team-page.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { Rail } from './rail.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import './shell.css'

/** List and chat side by side, or one after the other where there is no room. */
export function Shell() {
  const [place] = useLocation()
  const [unread, setUnread] = useState(0)
  useShortcuts()
  return (
    <div className="shell" data-place={placeOf(place)}>
      <OfflineBanner />
      <Rail unread={unread} />
      <Inbox onUnread={setUnread} />
      <main className="shell-main">
        <Switch>
          <Route path="/chats/:id">{({ id }) => <ChatPage key={id} chatId={id} />}</Route>
          <Route path="/team">
            <TeamPage />
          </Route>
          <Route>
            <EmptyState icon={<ChatIcon />} title="Choose a chat">
              Arrow keys move through the list, Enter opens, Escape comes back, and / starts a search.
            </EmptyState>
          </Route>
        </Switch>
      </main>
    </div>
  )
}

function placeOf(path: string): 'list' | 'chat' | 'team' {
  if (path.startsWith('/chats/')) return 'chat'
  return path.startsWith('/team') ? 'team' : 'list'
}
