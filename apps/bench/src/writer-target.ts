import { MessageWriter } from '@acme/api/server'
import { connect, type Db } from '@acme/db'
import { prepareChats } from './chats.ts'
import type { Target } from './target.ts'

/**
 * The product's writer alone, in the load's own process: no socket, no tRPC, no follower. What the server stores per
 * second can't be more than this, and the distance is what everything around the statement costs.
 */
export async function writerTarget(databaseUrl: string, count: number): Promise<Target & { db: Db }> {
  const chats = await prepareChats(databaseUrl, count)
  const db = connect({ url: databaseUrl, max: 12 })
  const writer = new MessageWriter({ db, replyEmailDelayMs: 300_000 })
  const pairs = chats.map(({ id: chatId, userId }) => {
    let seen = (_id: string) => {}
    return {
      send: async (id: string, content: string) => {
        await writer.write({
          id,
          chatId,
          content,
          preview: content.slice(0, 100),
          senderType: 'user',
          senderId: userId,
          ownerId: userId,
        })
        seen(id)
      },
      onSeen: (listener: (id: string) => void) => {
        seen = listener
      },
    }
  })
  return { name: 'writer', pid: process.pid, pairs, db }
}
