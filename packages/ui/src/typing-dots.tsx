import { Hidden } from './hidden.tsx'
import './typing-dots.css'

/** Somebody of the other side is writing; `label` says who. */
export function TypingDots({ label = 'Typing…' }: { label?: string | undefined }) {
  return (
    <span className="ac-typing" title={label}>
      <Hidden>{label}</Hidden>
      <i />
      <i />
      <i />
    </span>
  )
}
