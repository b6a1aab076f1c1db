import { statement } from '@acme/db'
import type { SenderType } from '../contract.ts'

/** What a read mark found; no row: there is no such chat. */
export interface Marked {
  userId: string
  lastSeq: number
  /** How far the reader's side had read before. */
  mark: number
  /** Messages came while it waited for the chat's lock: nothing is marked, and it is to be run again. */
  hasGrown: boolean
  /** The mark has moved. */
  isMoved: boolean
}

/**
 * Moves a read mark, in one statement: no process can be frozen in the middle of it and keep the chat locked.
 *
 * Locks: the chat's row, as sending does, so that marks and due times are never computed side by side. Which messages
 * there are is seen as of the statement's beginning, though, and the chat's row as it is under the lock: when the chat
 * has grown in between nothing is done.
 *
 * The delay of the reply email runs from the first reply that is still unread and unmailed; none left, nothing due.
 */
export const markMessages = statement<
  [
    chatId: string,
    upTo: number,
    reader: SenderType,
    written: SenderType,
    readerId: string,
    replyEmailDelayMs: number,
  ],
  Marked
>(
  'mark_messages',
  `with locked as materialized (
     select id, user_id, last_seq, case $3::text when 'user' then user_read_seq else admin_read_seq end as mark
     from support_chats where id = $1 for update
   ), chat as materialized (
     select l.*, l.last_seq <> seen.last_seq as has_grown, l.last_seq = seen.last_seq and $2::int <= l.last_seq
       and $2 > l.mark and ($3 = 'admin' or l.user_id = $5::uuid) as is_moved
     from locked l join support_chats seen on seen.id = l.id
   ), marked as (
     update support_messages m set read_at = now(), updated_at = now() from chat
     where chat.is_moved and m.chat_id = $1 and m.sender_type = $4::text and m.seq <= $2 and m.read_at is null
   ), moved as (
     update support_chats c set
       admin_read_seq = case $3 when 'admin' then $2 else c.admin_read_seq end,
       user_read_seq = case $3 when 'user' then $2 else c.user_read_seq end,
       reply_email_due_at = case when $3 = 'admin' or c.reply_email_due_at is null then c.reply_email_due_at
         else (select min(m.created_at) + $6::float8 * interval '1 millisecond' from support_messages m
           where m.chat_id = $1 and m.sender_type = 'admin' and m.seq > $2 and m.seq > c.email_claimed_seq) end
     from chat where chat.is_moved and c.id = $1
   )
   select user_id as "userId", last_seq as "lastSeq", mark, has_grown as "hasGrown", is_moved as "isMoved" from chat`,
)
