import { type Db, statement } from '@acme/db'
import { gather } from '../../gather.ts'

/** What of a chat's row goes with its messages, and whose chat it is. */
export interface ChatState {
  userId: string
  userReadSeq: number
  adminReadSeq: number
  archivedAt: Date | null
}

const states = statement<[chatIds: readonly string[]], ChatState & { id: string }>(
  'chat_states',
  `select id, user_id as "userId", user_read_seq as "userReadSeq", admin_read_seq as "adminReadSeq",
     archived_at as "archivedAt"
   from support_chats where id = any($1::uuid[])`,
)

/** Reads the state of a chat; many at the same moment in one statement. Null when there is no such chat. */
export function readChatStates(db: Db): (chatId: string) => Promise<ChatState | null> {
  return gather(
    async (chatIds) => {
      const rows = await states(db.pool, [[...new Set(chatIds)]])
      const byId = new Map(rows.map(({ id, ...state }) => [id, state]))
      return chatIds.map((id) => byId.get(id) ?? null)
    },
    { max: 500, atOnce: 2 },
  )
}
