import { statement } from '@acme/db'
import type { SupportMessage } from '../contract.ts'
import type { Deps } from '../deps.ts'
import { PAGE_BYTES } from './page.ts'

const COLUMNS = `m.id, m.chat_id as "chatId", m.seq, m.content, m.sender_type as "senderType",
  u.name as "senderName", m.read_at as "readAt", m.created_at as "createdAt"`

const before = statement<[chatId: string, seq: number, limit: number], SupportMessage>(
  'messages_before',
  `select ${COLUMNS} from (
     select p.*, sum(octet_length(p.content)) over (order by p.seq desc) - octet_length(p.content) as before
     from (select * from support_messages where chat_id = $1 and seq < $2 order by seq desc limit $3) p
   ) m join users u on u.id = m.sender_id
   where m.before < ${PAGE_BYTES} order by m.seq desc`,
)

/**
 * The page of messages before a `seq`, oldest first: at least one, at most `limit`, and no more than fits. It is charged
 * to the person who reads. @throws Refusal rate_limited
 */
export async function messagesBefore(
  { db, reading }: Pick<Deps, 'db' | 'reading'>,
  userId: string,
  chatId: string,
  seq: number,
  limit: number,
): Promise<SupportMessage[]> {
  const read = async () => ({ messages: await before(db.pool, [chatId, seq, limit]) })
  const { messages } = await reading.page(userId, read)
  return messages.reverse()
}

/** Above every `seq`: the page before it is the newest. */
export const END = 2_147_483_647
export const PAGE = 50
