import type { KeyValueStorage } from '@acme/client'

/** What is being written, per agent and chat. It outlives a reload and a session that ends. */
export interface Drafts {
  get(chatId: string): string
  set(chatId: string, draft: string): void
  /** The agent leaves: nothing stays for whoever comes next. */
  forget(): void
}

export function draftsOf(storage: KeyValueStorage, adminId: string): Drafts {
  const key = `acme.inbox.drafts.${adminId}`
  const read = () => parse(storage.get(key))
  return {
    get: (chatId) => read().get(chatId) ?? '',
    set(chatId, draft) {
      const drafts = read()
      if (draft === '') drafts.delete(chatId)
      else drafts.set(chatId, draft)
      if (drafts.size === 0) storage.remove(key)
      else storage.set(key, JSON.stringify([...drafts]))
    },
    forget: () => storage.remove(key),
  }
}

function parse(json: string | null): Map<string, string> {
  try {
    const entries: unknown = JSON.parse(json ?? '[]')
    return new Map(Array.isArray(entries) ? entries.filter(isEntry) : [])
  } catch {
    return new Map()
  }
}

function isEntry(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'
}
