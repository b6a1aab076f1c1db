import type { ReactNode } from 'react'
import './hidden.css'

/** Text for screen readers only. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className="ac-hidden">{children}</span>
}
