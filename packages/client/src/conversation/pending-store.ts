import type { KeyValueStorage } from '../platform/browser.ts'
import { PendingList } from './pending-list.ts'

/** Where the pending messages of one person live: in a list per chat, and in others as long as no chat is known. */
export interface PendingStore {
  /** The chat that will be opened, as far as one can know: its pending messages are shown before it is read. */
  readonly expectedChatId: string | null
  /** What was written while no chat was known. New messages go to the last one, other tabs may use those before. */
  withoutChat(): PendingList[]
  ofChat(chatId: string): PendingList
  /** The chats that have any. */
  chatIds(): Set<string>
  /** Calls `listener` when another tab changed something, until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** The pending messages of a user, who has one chat. */
export interface UserPendingStore extends PendingStore {
  /** The holder of this session has this chat: next time it is the expected one. */
  remember(token: string, chatId: string): void
}

export interface UserPendingStoreOptions {
  storage: KeyValueStorage
  /** Another tab changed something in `storage`. */
  onChange: (listener: () => void) => () => void
  /** The session that the page begins with: the same as in `session`. */
  token: string | null
}

/**
 * For a storage that several people may use one after the other, as a browser's is: each finds what was written with
 * their session. What is written before there is a session does not outlive the page.
 */
export function sharedPendingStore(options: UserPendingStoreOptions): UserPendingStore {
  return userStore(options, [])
}

/** For a storage that nobody else ever uses: also what is written before there is a session outlives the page. */
export function personalPendingStore(options: UserPendingStoreOptions): UserPendingStore {
  return userStore(options, ['acme.unsent'])
}

function userStore({ storage, onChange, token }: UserPendingStoreOptions, early: string[]): UserPendingStore {
  const chatOf = (token: string) => `acme.chat.${fingerprint(token)}`
  const withoutChat = token === null ? early : [...early, `${chatOf(token)}.unsent`]
  return {
    ...listsUnder(storage, 'acme.outbox.user'),
    expectedChatId: token === null ? null : storage.get(chatOf(token)),
    withoutChat: () => withoutChat.map((key) => new PendingList(storage, key)),
    onChange,
    remember: (token, chatId) => storage.set(chatOf(token), chatId),
  }
}

/** The pending messages of an admin, who has many chats; `account` keeps them apart from another admin's. */
export function adminPendingStore(
  { storage, onChange }: Pick<UserPendingStoreOptions, 'storage' | 'onChange'>,
  account: string,
): PendingStore {
  const prefix = `acme.outbox.admin.${account}`
  // Versions before this one kept a list of the chats there.
  storage.remove(prefix)
  return { ...listsUnder(storage, prefix), expectedChatId: null, withoutChat: () => [], onChange }
}

function listsUnder(storage: KeyValueStorage, prefix: string): Pick<PendingStore, 'ofChat' | 'chatIds'> {
  return {
    ofChat: (chatId) => new PendingList(storage, `${prefix}.${chatId}`),
    chatIds: () => {
      const keys = storage.keys(`${prefix}.`).map((key) => key.slice(prefix.length + 1))
      return new Set(keys.map((key) => key.split('.', 1)[0] ?? ''))
    },
  }
}

/** Tells sessions apart without keeping one (FNV-1a, 32 bits of a secret of far more). */
function fingerprint(token: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < token.length; at++) hash = Math.imul(hash ^ token.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
