import { hasCode } from '@acme/db'
import { sql } from 'kysely'
import { z } from 'zod'
import type { SupportChatListItem } from '../../contract.ts'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../errors.ts'
import { presentCard, selectCards } from './card.ts'

export const listInput = z.strictObject({
  archived: z.boolean().default(false),
  /** Words of messages, or the beginning of a name or an email. */
  search: z
    .string()
    // What nobody can have written in a message is no reason to refuse what is being typed: Postgres takes no NUL, nobody
    // means a tab, and half of an emoji is found nowhere.
    .overwrite((written) => written.replace(/[\p{Cc}\p{Cs}]/gu, ' '))
    .trim()
    .max(200)
    .optional(),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(100).nullish(),
  /** What tRPC's `useInfiniteQuery` adds; there is only the way down. */
  direction: z.literal('forward').optional(),
  limit: z.int().min(1).max(100).default(30),
})

export interface SupportChatList {
  chats: SupportChatListItem[]
  /** Null at the end. */
  nextCursor: string | null
}

/**
 * A page of the inbox, newest message first; a page costs the same however many chats there are.
 *
 * @throws Refusal inbox_cursor_invalid
 */
export async function list(
  { db }: Pick<Deps, 'db'>,
  { archived, search, cursor, limit }: z.output<typeof listInput>,
): Promise<SupportChatList> {
  let query = selectCards(db)
    .where('c.archivedAt', archived ? 'is not' : 'is', null)
    .orderBy('c.lastMessageAt', 'desc')
    .orderBy('c.id', 'desc')
    .limit(limit + 1)
  if (search) query = query.where('c.id', 'in', chatsMatching(search))
  if (cursor) {
    const { at, id } = parseCursor(cursor)
    query = query.where(sql<boolean>`(c.last_message_at, c.id) < (${at}::timestamptz, ${id}::uuid)`)
  }
  // Microseconds, which a Date has not: without them the page's edge would be read twice or not at all.
  const rows = await query
    .select(sql<string>`c.last_message_at::text`.as('lastMessageAtText'))
    .execute()
    .catch((error: unknown) => {
      // It looked like a time and is none, the 31st of February for example.
      throw hasCode(error, '22007') || hasCode(error, '22008') || hasCode(error, '22009')
        ? new Refusal('inbox_cursor_invalid', { field: 'cursor' })
        : error
    })

  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    chats: page.map(presentCard),
    nextCursor: last ? `${last.lastMessageAtText}|${last.id}` : null,
  }
}

function parseCursor(cursor: string): { at: string; id: string } {
  const [at, id] = cursor.split('|')
  if (
    !at ||
    !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/.test(at) ||
    !z.uuid().safeParse(id).success
  ) {
    throw new Refusal('inbox_cursor_invalid', { field: 'cursor' })
  }
  return { at, id: id ?? '' }
}

/**
 * Full text on messages (every word), or a word's beginning in name and email; both have an index. One list of
 * chats, not two conditions: with `or` every chat of the inbox would be looked at.
 */
function chatsMatching(search: string) {
  const people = search
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => `${word}:*`)
    .join(' & ')
  return sql<string>`(
    select m.chat_id from support_messages m
    where to_tsvector('simple', translate(m.content, '-+/.@_', '      '))
      @@ plainto_tsquery('simple', translate(${search}, '-+/.@_', '      '))
    union
    select k.id from users p join support_chats k on k.user_id = p.id
    where to_tsvector('simple',
        translate(coalesce(p.name, '') || ' ' || coalesce(p.email, ''), '-+/.@_', '      '))
      @@ to_tsquery('simple', ${people}))`
}
