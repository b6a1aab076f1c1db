/** Where a client keeps what must survive a reload. */
export interface KeyValueStorage {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
  /** The keys that begin like this, in no order. */
  keys(prefix: string): string[]
}

/** What the browser knows about the world, replaceable in tests. */
export interface Browser {
  /** False only when the browser is sure that there is no network. */
  isOnline(): boolean
  /** The network came back, the page became visible, or it was taken out of the back/forward cache. */
  onWake(listener: () => void): () => void
  /** The network went away, as far as the browser can tell. */
  onOffline(listener: () => void): () => void
  /** Another tab changed what is kept. */
  onStorageChange(listener: () => void): () => void
  /** For this site; kept when the browser is closed. */
  storage: KeyValueStorage
  /** For this tab only. */
  tabStorage: KeyValueStorage
}

/** The real one; without a window (Node) nothing ever wakes and storage is memory. */
export function defaultBrowser(): Browser {
  const page = typeof window === 'undefined' ? null : window
  return {
    isOnline: () => page?.navigator.onLine ?? true,
    onWake(listener) {
      const shown = () => page?.document.visibilityState === 'visible' && listener()
      // iOS takes sockets away from pages in the background without an event, and a return from the
      // back/forward cache fires `pageshow` but not `visibilitychange`.
      const restored = (event: PageTransitionEvent) => event.persisted && listener()
      page?.addEventListener('online', listener)
      page?.addEventListener('pageshow', restored)
      page?.document.addEventListener('visibilitychange', shown)
      return () => {
        page?.removeEventListener('online', listener)
        page?.removeEventListener('pageshow', restored)
        page?.document.removeEventListener('visibilitychange', shown)
      }
    },
    onOffline(listener) {
      page?.addEventListener('offline', listener)
      return () => page?.removeEventListener('offline', listener)
    },
    onStorageChange(listener) {
      page?.addEventListener('storage', listener)
      return () => page?.removeEventListener('storage', listener)
    },
    storage: keptIn(() => page?.localStorage),
    tabStorage: keptIn(() => page?.sessionStorage),
  }
}

/** A storage in memory: what is left where the browser forbids keeping anything. */
export function memoryStorage(): KeyValueStorage {
  const kept = new Map<string, string>()
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  }
}

/** Blocked storage throws already when it is looked at, a full one when it is written. */
function keptIn(area: () => Storage | undefined): KeyValueStorage {
  const memory = memoryStorage()
  return {
    get(key) {
      try {
        return memory.get(key) ?? area()?.getItem(key) ?? null
      } catch {
        return memory.get(key)
      }
    },
    set(key, value) {
      try {
        const storage = area()
        if (!storage) return memory.set(key, value)
        storage.setItem(key, value)
        memory.remove(key)
      } catch {
        memory.set(key, value)
      }
    },
    remove(key) {
      memory.remove(key)
      try {
        area()?.removeItem(key)
      } catch {
        // Nothing was kept there.
      }
    },
    keys(prefix) {
      const keys = new Set(memory.keys(prefix))
      try {
        const storage = area()
        for (let at = 0; storage && at < storage.length; at++) {
          const key = storage.key(at)
          if (key?.startsWith(prefix)) keys.add(key)
        }
      } catch {
        // Nothing was kept there.
      }
      return [...keys]
    },
  }
}
