import { STORED_LIMIT } from '../bridge.ts'

/** What outlives a page view, in the page's own storage: per support server, and apart for users and visitors. */
export interface Kept {
  token(): string | null
  keepToken(token: string | null): void
  /** The `sub` all of this belongs to; null for visitors and before it is known. */
  owner(): string | null
  keepOwner(sub: string | null): void
  /** All that the panel has stored, as one JSON object. */
  outbox(): string | null
  store(key: string, value: string | null): void
  /** Whether a `storage` event is about the outbox. */
  isOutbox(key: string | null): boolean
  isEmpty(): boolean
  wipe(): void
}

/** Works without storage too (blocked, full, private): then it lasts as long as the page. */
export function createKept(origin: string, kind: 'user' | 'visitor'): Kept {
  const name = `acme-chat:${origin}:${kind}`
  const [token, owner, outbox] = [`${name}:session`, `${name}:owner`, `${name}:outbox`]
  return {
    token: () => read(token),
    keepToken: (value) => write(token, value),
    owner: () => read(owner),
    keepOwner: (value) => write(owner, value),
    outbox: () => read(outbox),
    store(key, value) {
      const { [key]: _, ...others } = parseObject(read(outbox))
      const next = value === null ? others : { ...others, [key]: value }
      const json = Object.keys(next).length === 0 ? null : JSON.stringify(next)
      if (json === null || json.length <= STORED_LIMIT) write(outbox, json)
    },
    isOutbox: (key) => key === outbox,
    isEmpty: () => read(token) === null && read(outbox) === null,
    wipe() {
      for (const key of [token, owner, outbox]) write(key, null)
    },
  }
}

/** What storage refused to take, so that it is not lost within the page. */
const refused = new Map<string, string | null>()

function read(key: string): string | null {
  const kept = refused.get(key)
  if (kept !== undefined) return kept
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
    refused.delete(key)
  } catch {
    refused.set(key, value)
  }
}

function parseObject(json: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
