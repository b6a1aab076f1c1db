import { useSyncExternalStore } from 'react'
import type { Host } from './host.ts'

/** Whether the panel is open. */
export function useOpen(host: Host): boolean {
  return useSyncExternalStore(host.onVisibility, () => host.isOpen)
}
