import { Hidden } from '@acme/ui'

/** Where the bubbles will be. */
export function ChatSkeleton() {
  return (
    <div className="chat-skeleton" role="status">
      <Hidden>Loading the chat…</Hidden>
      <i />
      <i data-short="" />
      <i data-side="mine" />
      <i data-short="" />
      <i data-side="mine" />
    </div>
  )
}
