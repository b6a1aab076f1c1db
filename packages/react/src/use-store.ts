import type { Readable } from '@acme/client'
import { useCallback, useSyncExternalStore } from 'react'

/** Renders with what a store shows, and again after each change. */
export function useStore<T>(store: Readable<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store])
  const getSnapshot = useCallback(() => store.getSnapshot(), [store])
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}
