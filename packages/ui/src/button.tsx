import type { ReactNode } from 'react'
import './button.css'

export interface ButtonProps {
  children: ReactNode
  onClick: () => void
  look?: 'primary' | 'outline' | 'text' | undefined
  disabled?: boolean | undefined
  /** What it does is under way. It keeps the focus, which a disabled one would lose. */
  busy?: boolean | undefined
}

/** A button with a text. */
export function Button({ children, onClick, look = 'outline', disabled = false, busy = false }: ButtonProps) {
  return (
    <button
      type="button"
      className="ac-button"
      data-look={look}
      disabled={disabled}
      aria-disabled={busy}
      onClick={() => !busy && onClick()}
    >
      {children}
    </button>
  )
}

export interface IconButtonProps {
  /** Its name for screen readers and its tooltip. */
  label: string
  icon: ReactNode
  onClick: () => void
  /** For a toggle: whether it is on. */
  pressed?: boolean | undefined
  disabled?: boolean | undefined
}

/** A button with an icon alone. */
export function IconButton({ label, icon, onClick, pressed, disabled = false }: IconButtonProps) {
  return (
    <button
      type="button"
      className="ac-button"
      data-look="icon"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {icon}
    </button>
  )
}
