import { connect, migrate } from '@acme/db'
import { v7 as uuidv7 } from 'uuid'

export interface Chat {
  id: string
  userId: string
}

/** The product's own schema, with so many chats in it: for those who have no way of their own to begin one. */
export async function prepareChats(databaseUrl: string, count: number): Promise<Chat[]> {
  await using db = connect({ url: databaseUrl })
  await migrate(db)
  const chats = Array.from({ length: count }, () => ({ id: uuidv7(), userId: uuidv7() }))
  const users = chats.map(({ userId }) => ({
    id: userId,
    kind: 'user' as const,
    externalId: userId,
    email: null,
    name: null,
  }))
  await db.insertInto('users').values(users).execute()
  await db.insertInto('supportChats').values(chats).execute()
  return chats
}
