import { Hidden } from './hidden.tsx'
import './connection-dot.css'

export type DotState = 'connecting' | 'online' | 'offline' | 'ended'

export interface ConnectionDotProps {
  state: DotState
  /** Show the text beside the dot; without it only screen readers and the tooltip have it. */
  withText?: boolean | undefined
  texts?: Partial<Record<DotState, string>> | undefined
}

/** Tells the truth about the connection. */
export function ConnectionDot({ state, withText = false, texts }: ConnectionDotProps) {
  const text = { ...ENGLISH, ...texts }[state]
  return (
    <span className="ac-dot" data-state={state} title={text} role="status">
      {withText ? text : <Hidden>{text}</Hidden>}
    </span>
  )
}

const ENGLISH: Record<DotState, string> = {
  connecting: 'Connecting…',
  online: 'Online',
  offline: 'Offline',
  ended: 'Disconnected',
}
