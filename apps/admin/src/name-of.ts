import type { ChatUser } from '@acme/api'

/** What support staff call somebody: the name, else the email, else "Visitor" with something to tell them apart. */
export function nameOf({ id, name, email }: Pick<ChatUser, 'id' | 'name' | 'email'>): string {
  return name?.trim() || email || `Visitor ${shortId(id)}`
}

/** The end of an id: the beginning of a UUIDv7 is the time, which neighbours share. */
function shortId(id: string): string {
  return id.slice(-4).toUpperCase()
}
