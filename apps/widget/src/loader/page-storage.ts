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
  const read = (key: string) => {
    const kept = refused.get(key)
    return kept === undefined ? fromPage(() => localStorage.getItem(key), null) : kept
  }
  return {
    read,
    write(key, value) {
      try {
        if (value === null) localStorage.removeItem(key)
        else localStorage.setItem(key, value)
        refused.delete(key)
      } catch {
        refused.set(key, value)
      }
    },
    keys: (prefix) =>
      [...new Set([...fromPage(() => Object.keys(localStorage), []), ...refused.keys()])].filter(
        (key) => key.startsWith(prefix) && read(key) !== null,
      ),
  }
}

/** Blocked storage throws already when it is looked at. */
function fromPage<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}
