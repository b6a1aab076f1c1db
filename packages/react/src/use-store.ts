import type { Readable } from '@acme/client'
import { useCallback, useSyncExternalStore } from 'react'

/**
 * Returns what a store shows, and renders again after each change.
 *
 * @example
 * ```tsx
 * const connection = useStore(client.connection)
 * const isOffline = connection.type === 'offline'
 * ```
 */
export function useStore<T>(store: Readable<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store])
  const getSnapshot = useCallback(() => store.getSnapshot(), [store])
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}
