import type { Queries } from '@acme/db'
import type { SelectQueryBuilder } from 'kysely'
import type { ChatUser, SupportChatListItem } from '../../contract.ts'

/** What a card of the inbox is made of: no message is touched, the chat's row has it all. */
export function selectCards(db: Queries) {
  return db
    .selectFrom('supportChats as c')
    .innerJoin('users as u', 'u.id', 'c.userId')
    .select([
      'c.id',
      'c.lastSeq',
      'c.lastUserSeq',
      'c.adminReadSeq',
      'c.lastMessageAt',
      'c.lastMessagePreview',
      'c.lastMessageSenderType',
      'c.archivedAt',
      'u.id as userId',
      'u.kind',
      'u.name',
      'u.email',
      'u.emailOptedOutAt',
    ])
}

type CardRow =
  ReturnType<typeof selectCards> extends SelectQueryBuilder<infer _D, infer _T, infer Row> ? Row : never

/** Whose chat it is, as support staff see them. */
export function presentUser(
  row: Pick<CardRow, 'userId' | 'kind' | 'name' | 'email' | 'emailOptedOutAt'>,
): ChatUser {
  return {
    id: row.userId,
    kind: row.kind === 'visitor' ? 'visitor' : 'user',
    name: row.name,
    email: row.email,
    emailOptedOut: row.emailOptedOutAt !== null,
  }
}

export function presentCard(row: CardRow): SupportChatListItem {
  return {
    id: row.id,
    user: presentUser(row),
    lastMessage:
      row.lastMessagePreview === null || row.lastMessageSenderType === null
        ? null
        : { preview: row.lastMessagePreview, senderType: row.lastMessageSenderType },
    lastMessageAt: row.lastMessageAt,
    messageCount: row.lastSeq,
    lastUserSeq: row.lastUserSeq,
    unread: row.lastUserSeq > row.adminReadSeq,
    archivedAt: row.archivedAt,
  }
}
