import type { ReactNode } from 'react'
import './submit-button.css'

/** Sends its form; stays focusable while it is on its way. */
export function SubmitButton({ busy, children }: { busy: boolean; children: ReactNode }) {
  return (
    <button
      type="submit"
      className="ac-button submit"
      data-look="primary"
      aria-disabled={busy}
      aria-busy={busy}
    >
      {busy && <span className="ac-spinner" aria-hidden="true" />}
      {children}
    </button>
  )
}
