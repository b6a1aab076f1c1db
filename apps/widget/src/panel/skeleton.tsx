import { Hidden } from '@acme/ui'

/** Where the messages will be. */
export function Skeleton({ label }: { label: string }) {
  return (
    <div className="panel-skeleton" role="status">
      <Hidden>{label}</Hidden>
      <i data-side="theirs" />
      <i data-side="theirs" data-short="" />
      <i data-side="mine" />
      <i data-side="theirs" />
    </div>
  )
}
