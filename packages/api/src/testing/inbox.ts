import { v7 as uuidv7 } from 'uuid'
import type { Fixture } from './fixture.ts'
import type { readInbox } from './follow.ts'

/** A new user's chat, with a way to write in it as anybody, through any process. */
export async function chatOf(at: Fixture) {
  const user = await at.user()
  const { id: chatId } = await at.as(user).chat.get()
  const say = (who: Parameters<Fixture['as']>[0] = user, id = uuidv7(), through = at) =>
    through.as(who).chat.send({ chatId, id, content: 'text' })
  return { user, chatId, say }
}

export type Inbox = ReturnType<typeof readInbox>

/** How often the inbox was told of a new user message in this chat, and how often of another change. */
export function heardOf(inbox: Inbox, chatId: string): { news: number; changes: number } {
  const about = inbox.events.filter(({ chats }) => chats.some(({ id }) => id === chatId))
  const count = (type: string) => about.filter((event) => event.type === type).length
  return { news: count('new_user_message'), changes: count('chats_changed') }
}

export function untilHeard(inbox: Inbox, chatId: string, atLeast: { news?: number; changes?: number }) {
  return inbox.until(() => {
    const { news, changes } = heardOf(inbox, chatId)
    return news >= (atLeast.news ?? 0) && changes >= (atLeast.changes ?? 0)
  })
}
