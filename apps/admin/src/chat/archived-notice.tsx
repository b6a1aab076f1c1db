import { ArchiveIcon } from '@acme/ui'

/** What it means that this chat is archived. */
export function ArchivedNotice({ at, name }: { at: Date; name: string }) {
  return (
    <p className="chat-archived" role="status">
      <ArchiveIcon />
      <span>
        Archived on{' '}
        <time dateTime={at.toISOString()} title={at.toLocaleString('en')}>
          {at.toLocaleDateString('en', { month: 'long', day: 'numeric' })}
        </time>
        . It comes back when {name} writes again.
      </span>
    </p>
  )
}
