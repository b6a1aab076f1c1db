import { STORED_LIMIT } from '../bridge.ts'
import type { PageStorage } from './page-storage.ts'

/** Whose the storage is, and their session. */
export interface Session {
  /** The user's `sub`; null for visitors, and before it is known. */
  owner: string | null
  token: string | null
}

/**
 * What outlives a page view, in the page's own storage: per support server, and apart for users and visitors.
 *
 * All tabs of the page share it, and another tab may give it to another user between any two lines of code. So
 * nothing in it can come to be read as somebody else's: owner and token are one value, and the keys of what the panel
 * stores name their owner. Each thing has a key of its own: tabs that store in the same moment lose nothing.
 */
export interface Kept {
  session(): Session
  keepSession(session: Session): void
  /** All that the panel has stored for them, as one JSON object. */
  stored(owner: string | null): string
  /** Refuses what is too much. */
  store(owner: string | null, key: string, value: string | null): void
  /** Whether a change in storage, under this key, is about the session. */
  isSession(key: string): boolean
  /** What the panel of this owner calls what is under this key; null when it is not theirs. */
  storedKey(owner: string | null, key: string): string | null
  /** Neither a session nor anything of the panel. */
  isEmpty(): boolean
  /** From now on it is theirs; what anybody else left is gone. */
  passTo(owner: string): void
  /** Removes the session, which tells the other tabs that they are logged out, and all the rest. */
  wipe(): void
}

export function createKept(storage: PageStorage, origin: string, kind: 'user' | 'visitor'): Kept {
  const name = `acme-chat:${origin}:${kind}`
  const [session, panels] = [`${name}:holder`, `${name}:panel:`]
  const panelOf = (owner: string | null) => `${panels}${encodeURIComponent(owner ?? '')}:`
  const storedBy = (panel: string) =>
    Object.fromEntries(storage.keys(panel).map((key) => [key.slice(panel.length), storage.read(key)]))
  const remove = (keys: string[]) => {
    for (const key of keys) storage.write(key, null)
  }
  const kept: Kept = {
    session: () => parseSession(storage.read(session)),
    keepSession: (next) => storage.write(session, JSON.stringify(next)),
    stored: (owner) => JSON.stringify(storedBy(panelOf(owner))),
    store(owner, key, value) {
      const ours = panelOf(owner) + key
      const all = { ...storedBy(panels), [ours.slice(panels.length)]: value }
      if (value === null || JSON.stringify(all).length <= STORED_LIMIT) storage.write(ours, value)
    },
    isSession: (key) => key === session,
    storedKey(owner, key) {
      const panel = panelOf(owner)
      return key.startsWith(panel) ? key.slice(panel.length) : null
    },
    isEmpty: () => kept.session().token === null && storage.keys(panels).length === 0,
    passTo(owner) {
      kept.keepSession({ owner, token: null })
      remove(storage.keys(panels).filter((key) => !key.startsWith(panelOf(owner))))
    },
    wipe: () => remove([session, ...storage.keys(`${name}:`)]),
  }
  takeOverOldKeys(kept, storage, name)
  return kept
}

/** As it stands in storage, where anybody may have written. */
export function parseSession(json: string | null): Session {
  const { owner, token } = parseObject(json)
  return { owner: textOrNull(owner), token: textOrNull(token) }
}

/** Versions before this one kept token and owner apart, and all of the panel as one JSON object. */
function takeOverOldKeys(kept: Kept, storage: PageStorage, name: string) {
  const take = (part: string) => {
    const value = storage.read(name + part)
    storage.write(name + part, null)
    return value
  }
  const [token, owner, panel] = [take(':session'), take(':owner'), take(':outbox')]
  if (token !== null && kept.isEmpty()) kept.keepSession({ owner, token })
  for (const [key, value] of Object.entries(parseObject(panel))) kept.store(owner, key, textOrNull(value))
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function parseObject(json: string | null): Record<string, unknown> {
  try {
    return { ...JSON.parse(json ?? '{}') }
  } catch {
    return {}
  }
}
