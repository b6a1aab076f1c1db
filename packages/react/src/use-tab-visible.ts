import { useSyncExternalStore } from 'react'

/**
 * Returns whether the tab is in front, and renders again when that changes: what nobody sees is not read.
 *
 * @example
 * ```tsx
 * const canRead = useTabVisible() && unreadCount > 0
 * ```
 */
export function useTabVisible(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible')
}

function subscribe(listener: () => void) {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
