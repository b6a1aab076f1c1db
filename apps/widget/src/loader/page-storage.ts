/** The host page's `localStorage`. */
export interface PageStorage {
  read(key: string): string | null
  /** Null removes. */
  write(key: string, value: string | null): void
  /** The keys that begin like this, in no order. */
  keys(prefix: string): string[]
}

/** Works without storage too (blocked, full, private): what is refused lasts as long as the page. */
export function createPageStorage(): PageStorage {
  const refused = new Map<string, string | null>()
  return {
    read(key) {
      const kept = refused.get(key)
      if (kept !== undefined) return kept
      try {
        return localStorage.getItem(key)
      } catch {
        return null
      }
    },
    write(key, value) {
      try {
        if (value === null) localStorage.removeItem(key)
        else localStorage.setItem(key, value)
        refused.delete(key)
      } catch {
        refused.set(key, value)
      }
    },
    keys(prefix) {
      const keys = new Set<string>()
      try {
        for (let at = 0; at < localStorage.length; at++) keys.add(localStorage.key(at) ?? '')
      } catch {
        // Nothing was kept there.
      }
      for (const [key, value] of refused) {
        if (value === null) keys.delete(key)
        else keys.add(key)
      }
      return [...keys].filter((key) => key.startsWith(prefix))
    },
  }
}
