import { type Db, statement } from '@acme/db'
import type { SupportMessage } from '../present.ts'

const COLUMNS = `m.id, m.chat_id as "chatId", m.seq, m.content, m.sender_type as "senderType",
  u.name as "senderName", m.read_at as "readAt", m.created_at as "createdAt"`

const after = statement<[chatId: string, seq: number, limit: number], SupportMessage>(
  'messages_after',
  `select ${COLUMNS} from support_messages m join users u on u.id = m.sender_id
   where m.chat_id = $1 and m.seq > $2 order by m.seq limit $3`,
)

const before = statement<[chatId: string, seq: number, limit: number], SupportMessage>(
  'messages_before',
  `select ${COLUMNS} from support_messages m join users u on u.id = m.sender_id
   where m.chat_id = $1 and m.seq < $2 order by m.seq desc limit $3`,
)

/** The messages that follow a cursor, in order, at most `limit`. */
export function messagesAfter(db: Db, chatId: string, seq: number, limit: number): Promise<SupportMessage[]> {
  return after(db.pool, [chatId, seq, limit])
}

/** The page of messages before a `seq`, oldest first. */
export async function messagesBefore(
  db: Db,
  chatId: string,
  seq: number,
  limit: number,
): Promise<SupportMessage[]> {
  return (await before(db.pool, [chatId, seq, limit])).reverse()
}

/** Above every `seq`: the page before it is the newest. */
export const END = 2_147_483_647
export const PAGE = 50
