import { defaultBrowser } from '@acme/client'

const { storage, tabStorage } = defaultBrowser()

/** What this browser remembers between visits: switches, nothing of a chat. */
export const preferences = storage

/** What this tab remembers through a reload or a new log-in: drafts. */
export const tabMemory = tabStorage
