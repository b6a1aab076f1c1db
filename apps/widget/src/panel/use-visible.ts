import { useSyncExternalStore } from 'react'
import type { Host } from './host.ts'

/** Whether the panel is open. */
export function useOpen(host: Host): boolean {
  return useSyncExternalStore(host.onVisibility, () => host.isOpen)
}

/** Whether the tab is in front. */
export function useTabVisible(): boolean {
  return useSyncExternalStore(subscribeToTab, () => document.visibilityState === 'visible')
}

function subscribeToTab(listener: () => void) {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
