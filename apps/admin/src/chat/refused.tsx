import { CloseIcon, IconButton } from '@acme/ui'
import type { ReactNode } from 'react'

/** What could not be done, and why. */
export function Refused({ children, onDismiss }: { children: ReactNode; onDismiss: () => void }) {
  return (
    <div className="chat-refused" role="alert">
      <span>{children}</span>
      <IconButton label="Dismiss" icon={<CloseIcon />} onClick={onDismiss} />
    </div>
  )
}
