import { Button } from '@acme/ui'
import { useConnectionState, useDesk } from '../desk/desk.tsx'

/** What it means to be offline, when one is. */
export function OfflineBanner() {
  const { client } = useDesk()
  const { type } = useConnectionState()
  const offline = type === 'offline' || type === 'ended'
  return (
    <div className="shell-banner" role="status" hidden={!offline}>
      {offline && (
        <>
          <span>You’re offline. What you send waits here and goes out when the connection is back.</span>
          <Button look="text" onClick={() => client.connection.retry()}>
            Try now
          </Button>
        </>
      )}
    </div>
  )
}
