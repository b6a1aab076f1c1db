import { defaultBrowser } from '@acme/client'
import { AlertIcon, Button, EmptyState, Spinner } from '@acme/ui'
import { useState } from 'react'
import { DeskProvider } from './desk/desk.tsx'
import { faultText } from './fault.ts'
import { Shell } from './frame/shell.tsx'
import { LogIn } from './session/log-in.tsx'
import { useSession } from './session/use-session.ts'

/** Nobody sees a chat without a session; the address stays, so logging in leads back to where one was. */
export function App() {
  const session = useSession()
  const [browser] = useState(defaultBrowser)
  switch (session.type) {
    case 'asking':
      return (
        <div className="page-middle">
          <Spinner />
        </div>
      )
    case 'unknown':
      return (
        <main className="page-middle">
          <EmptyState
            icon={<AlertIcon />}
            title="The inbox could not be opened"
            action={
              <Button look="primary" onClick={session.retry}>
                Try again
              </Button>
            }
          >
            {faultText(session.error)}
          </EmptyState>
        </main>
      )
    case 'logged-out':
      return <LogIn ended={session.ended} />
    case 'logged-in':
      return (
        <DeskProvider key={session.admin.id} admin={session.admin} browser={browser} onEnded={session.check}>
          <Shell />
        </DeskProvider>
      )
  }
}
