import { Hidden } from './hidden.tsx'
import './chat-skeleton.css'

/** Where the messages will be. */
export function ChatSkeleton({ label = 'Loading the chat…' }: { label?: string | undefined }) {
  return (
    <div className="ac-skeleton" role="status">
      <Hidden>{label}</Hidden>
      <i />
      <i data-short="" />
      <i data-side="mine" />
      <i data-short="" />
    </div>
  )
}
