import type { KeyValueStorage } from '@acme/client'

export interface Stored extends KeyValueStorage {
  /** Takes over what another tab has stored or removed. */
  changed(key: string, value: string | null): void
  /** Calls back with each key that another tab has changed; returns the way out. */
  onChange(listener: (key: string) => void): () => void
}

/**
 * The panel's storage: a copy the page handed over at start, every change written through to the page. A
 * frame's own storage is partitioned or blocked in another site's page; the page's is not.
 */
export function createStored(
  handedOver: string | null,
  write: (key: string, value: string | null) => void,
): Stored {
  const listeners = new Set<(key: string) => void>()
  const values = parse(handedOver)
  return {
    get: (key) => values.get(key) ?? null,
    set(key, value) {
      if (values.get(key) === value) return
      values.set(key, value)
      write(key, value)
    },
    remove(key) {
      if (values.delete(key)) write(key, null)
    },
    keys: (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
    changed(key, value) {
      if (value === null) values.delete(key)
      else values.set(key, value)
      for (const tell of listeners) tell(key)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function parse(json: string | null): Map<string, string> {
  try {
    const value: unknown = JSON.parse(json ?? '{}')
    if (typeof value !== 'object' || value === null) return new Map()
    return new Map(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    return new Map()
  }
}
