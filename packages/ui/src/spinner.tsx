import { Hidden } from './hidden.tsx'
import './spinner.css'

/** Something is on its way. */
export function Spinner({ label = 'Loading…' }: { label?: string | undefined }) {
  return (
    <span role="status">
      <span className="ac-spinner" aria-hidden="true" />
      <Hidden>{label}</Hidden>
    </span>
  )
}
