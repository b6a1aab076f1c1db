import { statement } from '@acme/db'
import type { SenderType } from '../contract.ts'

/** A message on its way into the database. */
export interface NewMessage {
  id: string
  chatId: string
  content: string
  preview: string
  senderType: SenderType
  senderId: string
}

/** What became of a message of the batch. */
export type Stored =
  | {
      outcome: 'stored'
      seq: number
      createdAt: Date
      senderName: string | null
      /** The message woke an archived chat. */
      woke: boolean
    }
  /** A message with this id was there before; `known` is that one. */
  | { outcome: 'known'; known: KnownMessage; senderName: string | null }
  | { outcome: 'chat_unknown' }

/** Somebody else may have its chat locked: then nothing of that chat was stored. */
export type Tried = Stored | { outcome: 'chat_locked' }

/** As JSON: times are text (ISO 8601). */
export interface KnownMessage {
  chatId: string
  seq: number
  content: string
  senderType: SenderType
  senderId: string
  readAt: string | null
  createdAt: string
}

type Column<T> = readonly T[]

/**
 * Stores a batch of messages in one statement, so that they share one commit.
 *
 * Locks: the chats' rows, as far as nobody else has them locked, until commit. It waits for none of them: whoever holds
 * one may be a process that is frozen.
 * Under that lock `seq` and `created_at` are given, so neither can run against the other, and an archive or a
 * read mark comes wholly before or wholly after. What was committed between the statement's snapshot and its
 * lock is not seen here: of the chat's row the newest version is used by the lock itself; a message with the
 * same id violates the primary key, nothing is stored, and the writer runs the batch again.
 *
 * The rows come in the order of the batch, and bring only what the sender's process does not have: reading them costs
 * it more than anything else of the statement.
 */
export const storeMessages = statement<
  [
    ids: Column<string>,
    chatIds: Column<string>,
    contents: Column<string>,
    previews: Column<string>,
    senderTypes: Column<SenderType>,
    senderIds: Column<string>,
    replyEmailDelayMs: number,
  ],
  Tried
>(
  'store_messages',
  `with locked as materialized (
     select id, user_id, last_seq, last_message_at, archived_at from support_chats
     where id = any($2::uuid[]) for update skip locked
   ), placed as materialized (
     select i.*, l.archived_at is not null as is_archived, l.id is not null as is_allowed,
       l.id is not null and m.id is null as is_fresh,
       (l.last_seq + count(*) filter (where l.id is not null and m.id is null)
         over (partition by i.chat_id order by i.place))::int as seq,
       greatest(clock_timestamp(), l.last_message_at) as created_at,
       case when m.id is not null then json_build_object('chatId', m.chat_id, 'seq', m.seq, 'content', m.content,
         'senderType', m.sender_type, 'senderId', m.sender_id, 'readAt', m.read_at, 'createdAt', m.created_at)
       end as known
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[])
       with ordinality as i (id, chat_id, content, preview, sender_type, sender_id, place)
     -- A user writes to their own chat alone, an admin to any.
     left join locked l on l.id = i.chat_id and (i.sender_type = 'admin' or i.sender_id = l.user_id)
     -- OFFSET keeps it a lookup by key for each message: as a join it may be planned to read a table that is small yet.
     left join lateral (select * from support_messages where id = i.id offset 0) m on true
   ), inserted as (
     insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, created_at, updated_at)
     select id, chat_id, seq, content, sender_type, sender_id, created_at, created_at from placed where is_fresh
     -- In one order, so that two batches with the same new ids never wait for each other in a circle.
     order by id
   ), newest as (
     select distinct on (chat_id) chat_id, seq, preview, sender_type, created_at,
       max(seq) filter (where sender_type = 'user') over chat as last_user_seq,
       min(created_at) filter (where sender_type = 'admin') over chat as first_reply_at
     from placed where is_fresh window chat as (partition by chat_id) order by chat_id, seq desc
   ), touched as (
     update support_chats c set
       last_seq = n.seq,
       last_user_seq = coalesce(n.last_user_seq, c.last_user_seq),
       last_message_at = n.created_at,
       last_message_preview = n.preview,
       last_message_sender_type = n.sender_type,
       archived_at = case when n.last_user_seq is null then c.archived_at end,
       reply_email_due_at = case when n.first_reply_at is null then c.reply_email_due_at
         else coalesce(c.reply_email_due_at, n.first_reply_at + $7 * interval '1 millisecond') end,
       updated_at = n.created_at
     from newest n where c.id = n.chat_id
   )
   select case when not is_allowed then case
         when not exists (select from locked l where l.id = chat_id)
           and exists (select from support_chats c where c.id = chat_id) then 'chat_locked' else 'chat_unknown' end
       when is_fresh then 'stored' else 'known' end as outcome,
     seq, created_at as "createdAt", (select name from users where id = sender_id) as "senderName",
     is_archived and sender_type = 'user' as woke, known
   from placed order by place`,
)
