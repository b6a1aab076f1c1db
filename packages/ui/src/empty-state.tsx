import type { ReactNode } from 'react'
import './empty-state.css'

export interface EmptyStateProps {
  icon?: ReactNode
  title: string
  children?: ReactNode
  /** What one can do about it. */
  action?: ReactNode
  /** It is a failure: read out at once. */
  alert?: boolean | undefined
}

/** Nothing here (yet), said kindly. */
export function EmptyState({ icon, title, children, action, alert = false }: EmptyStateProps) {
  return (
    <div className="ac-empty" role={alert ? 'alert' : undefined}>
      {icon && <div className="ac-empty-icon">{icon}</div>}
      <h2 className="ac-empty-title">{title}</h2>
      {children && <div className="ac-empty-text">{children}</div>}
      {action && <div className="ac-empty-action">{action}</div>}
    </div>
  )
}
