import { z } from 'zod'

/** Somebody with a chat of their own. */
export const personSchema = z.object({ chatId: z.string(), token: z.string() })
export type Person = z.output<typeof personSchema>

/** What a text frame of a server says. */
export type Heard =
  | { type: 'stored'; id: string; seq: number }
  | { type: 'message'; id: string; seq: number }
  | { type: 'synced' }
  | { type: 'ping' }
  /** The follower is asked to come back, with the same session, after a while. */
  | { type: 'busy'; retryAfterMs: number }
  | { type: 'refused'; why: string }
  | { type: 'other' }

/** How a chat's user, or an agent who hears the inbox, opens a socket. */
export interface Opening {
  path: string
  headers: Record<string, string>
  /** Frames to send at once. */
  frames: readonly string[]
}

/** How one speaks to one kind of server: in its own frames, so that no client library is measured on one side only. */
export interface Dialect {
  /** Opens a socket as this person. */
  open: (person: Person) => Opening
  /** Follows the person's chat behind `after`, the last `seq` seen. */
  follow: (following: { call: number; person: Person; after: number }) => string
  send: (message: { call: number; chatId: string; id: string; content: string }) => string
  hear: (text: string) => Heard
  hearInbox: () => Opening
}
