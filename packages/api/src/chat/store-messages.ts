import { statement } from '@acme/db'
import type { SenderType } from '../present.ts'

/** A message on its way into the database. */
export interface NewMessage {
  id: string
  chatId: string
  content: string
  preview: string
  senderType: SenderType
  senderId: string
  /** The chat must belong to this user; null when any chat will do (an admin writes). */
  ownerId: string | null
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
 * Locks: the chats' rows, in order of id (two batches never wait for each other in a circle), until commit.
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
    ownerIds: Column<string | null>,
    contents: Column<string>,
    previews: Column<string>,
    senderTypes: Column<SenderType>,
    senderIds: Column<string>,
    replyEmailDelayMs: number,
  ],
  Stored
>(
  'store_messages',
  `with input as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[])
       with ordinality as i (id, chat_id, owner_id, content, preview, sender_type, sender_id, place)
   ), locked as materialized (
     select id, user_id, last_seq, last_message_at, archived_at from support_chats
     where id = any($2::uuid[]) order by id for update
   ), allowed as (
     select i.*, l.last_seq, l.last_message_at, l.archived_at is not null as archived
     from input i join locked l on l.id = i.chat_id and (i.owner_id is null or i.owner_id = l.user_id)
   ), known as (
     select m.* from support_messages m where m.id = any($1::uuid[])
   ), fresh as materialized (
     select a.*, (a.last_seq + row_number() over (partition by a.chat_id order by a.place))::int as seq,
       greatest(clock_timestamp(), a.last_message_at) as created_at
     from allowed a where not exists (select from known k where k.id = a.id)
   ), inserted as (
     insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, created_at, updated_at)
     select id, chat_id, seq, content, sender_type, sender_id, created_at, created_at from fresh
   ), newest as (
     select distinct on (chat_id) chat_id, seq, preview, sender_type, created_at,
       max(seq) filter (where sender_type = 'user') over chat as last_user_seq,
       min(created_at) filter (where sender_type = 'admin') over chat as first_reply_at
     from fresh window chat as (partition by chat_id) order by chat_id, seq desc
   ), touched as (
     update support_chats c set
       last_seq = n.seq,
       last_user_seq = coalesce(n.last_user_seq, c.last_user_seq),
       last_message_at = n.created_at,
       last_message_preview = n.preview,
       last_message_sender_type = n.sender_type,
       archived_at = case when n.last_user_seq is null then c.archived_at end,
       reply_email_due_at = case when n.first_reply_at is null then c.reply_email_due_at
         else coalesce(c.reply_email_due_at, n.first_reply_at + $8 * interval '1 millisecond') end,
       updated_at = n.created_at
     from newest n where c.id = n.chat_id
   )
   select case when a.id is null then 'chat_unknown' when f.id is null then 'known' else 'stored' end as outcome,
     f.seq, f.created_at as "createdAt", u.name as "senderName", (f.archived and f.sender_type = 'user') as woke,
     case when k.id is not null then json_build_object('chatId', k.chat_id, 'seq', k.seq, 'content', k.content,
       'senderType', k.sender_type, 'senderId', k.sender_id, 'readAt', k.read_at, 'createdAt', k.created_at) end as known
   from input i
   left join allowed a on a.place = i.place
   left join fresh f on f.place = i.place
   left join known k on k.id = i.id
   left join users u on u.id = i.sender_id
   order by i.place`,
)
