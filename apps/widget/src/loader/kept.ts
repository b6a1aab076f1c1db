import { STORED_LIMIT } from '../bridge.ts'
import type { PageStorage } from './page-storage.ts'

/**
 * What outlives a page view, in the page's own storage: per support server, and apart for users and visitors. Each
 * thing the panel stores has a key of its own, so that tabs that store in the same moment lose nothing.
 */
export interface Kept {
  token(): string | null
  keepToken(token: string | null): void
  /** The `sub` all of this belongs to; null for visitors and before it is known. */
  owner(): string | null
  keepOwner(sub: string | null): void
  /** All that the panel has stored, as one JSON object. */
  stored(): string
  /** Refuses what is too much. */
  store(key: string, value: string | null): void
  /** What the panel calls the thing that a `storage` event is about; null when it is not the panel's. */
  storedKey(key: string): string | null
  isEmpty(): boolean
  wipe(): void
}

export function createKept(storage: PageStorage, origin: string, kind: 'user' | 'visitor'): Kept {
  const name = `acme-chat:${origin}:${kind}`
  const [token, owner, panel] = [`${name}:session`, `${name}:owner`, `${name}:panel:`]
  splitOldOutbox(storage, `${name}:outbox`, panel)
  const stored = () =>
    Object.fromEntries(storage.keys(panel).map((key) => [key.slice(panel.length), storage.read(key)]))
  return {
    token: () => storage.read(token),
    keepToken: (value) => storage.write(token, value),
    owner: () => storage.read(owner),
    keepOwner: (value) => storage.write(owner, value),
    stored: () => JSON.stringify(stored()),
    store(key, value) {
      if (value === null || JSON.stringify({ ...stored(), [key]: value }).length <= STORED_LIMIT)
        storage.write(panel + key, value)
    },
    storedKey: (key) => (key.startsWith(panel) ? key.slice(panel.length) : null),
    isEmpty: () => storage.read(token) === null && storage.keys(panel).length === 0,
    wipe() {
      for (const key of storage.keys(`${name}:`)) storage.write(key, null)
    },
  }
}

/** Versions before this one kept everything of the panel as one JSON object. */
function splitOldOutbox(storage: PageStorage, old: string, panel: string) {
  for (const [key, value] of Object.entries(parseObject(storage.read(old)))) {
    if (typeof value === 'string') storage.write(panel + key, value)
  }
  storage.write(old, null)
}

function parseObject(json: string | null): object {
  try {
    const value: unknown = JSON.parse(json ?? '{}')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
