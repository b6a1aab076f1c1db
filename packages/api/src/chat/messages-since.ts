import { type Db, statement } from '@acme/db'
import type { SenderType, SupportMessage } from '../contract.ts'
import { gather } from '../gather.ts'
import { ENVELOPE_BYTES, PAGE_BYTES } from './page.ts'

/** Bytes of all pages that one statement reads: many who are behind and read nothing ask together. */
const STATEMENT_BYTES = 256 * 1024

export interface Since {
  chatId: string
  /** Messages with a greater `seq` than this; `END` asks for the chat alone. */
  after: number
}

/** A chat and the messages of it that follow a cursor, as of one moment. */
export interface ChatSince {
  userId: string
  /** `seq` of the newest message there is; beyond the page's last one there is more. */
  lastSeq: number
  messages: readonly SupportMessage[]
}

interface Row {
  place: number
  userId: string | null
  lastSeq: number
  id: string | null
  chatId: string
  seq: number
  content: string
  senderType: SenderType
  senderName: string | null
  readAt: Date | null
  createdAt: Date
}

/** At least one message of each page, and as many more as fit. */
const since = statement<
  [chatIds: readonly string[], afters: readonly number[], pageBytes: number, pageMessages: number],
  Row
>(
  'messages_since',
  `select w.place::int as place, c.user_id as "userId", c.last_seq as "lastSeq", m.*
   from unnest($1::uuid[], $2::int[]) with ordinality as w (chat_id, after, place)
   left join support_chats c on c.id = w.chat_id
   left join lateral (
     select p.id, p.chat_id as "chatId", p.seq, p.content, p.sender_type as "senderType", u.name as "senderName",
       p.read_at as "readAt", p.created_at as "createdAt"
     from (
       select n.*, sum(octet_length(n.content) + ${ENVELOPE_BYTES}) over (order by n.seq)
         - octet_length(n.content) - ${ENVELOPE_BYTES} as before
       from (
         select * from support_messages s where s.chat_id = c.id and s.seq > w.after and s.seq <= c.last_seq
         order by s.seq limit $4
       ) n
     ) p join users u on u.id = p.sender_id
     where p.before < $3
   ) m on true
   order by w.place, m.seq`,
)

export type ReadSince = (asked: Since) => Promise<ChatSince | null>

/**
 * Reads what follows a cursor; null when there is no such chat. What is asked for at the same moment, by sockets that
 * come back together or by all who follow the same chat, is read by one statement, and the same question once: who
 * asks the same gets the same messages.
 */
export function readMessagesSince(db: Db): ReadSince {
  return gather(
    async (asks) => {
      const questions = new Map(asks.map((asked) => [keyOf(asked), asked]))
      const asked = [...questions.values()]
      const pageBytes = Math.min(PAGE_BYTES, Math.floor(STATEMENT_BYTES / asked.length))
      const rows = await since(db.pool, [
        asked.map(({ chatId }) => chatId),
        asked.map(({ after }) => after),
        pageBytes,
        Math.ceil(pageBytes / ENVELOPE_BYTES),
      ])
      const pages = Map.groupBy(rows, ({ place }) => place)
      const answers = new Map<string, ChatSince | null>()
      for (const [index, question] of asked.entries()) {
        answers.set(keyOf(question), answerOf(pages.get(index + 1) ?? []))
      }
      return asks.map((ask) => answers.get(keyOf(ask)) ?? null)
    },
    { max: 200, atOnce: 2 },
  )
}

function keyOf({ chatId, after }: Since): string {
  return `${chatId} ${after}`
}

function answerOf(rows: readonly Row[]): ChatSince | null {
  const [first] = rows
  if (!first || first.userId === null) return null
  const messages = rows.flatMap(({ place: _, userId: __, lastSeq: ___, id, ...message }) =>
    id === null ? [] : [{ id, ...message }],
  )
  return { userId: first.userId, lastSeq: first.lastSeq, messages }
}
