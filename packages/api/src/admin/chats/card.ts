import type { Queries } from '@acme/db'
import type { SelectQueryBuilder } from 'kysely'
import type { SupportChatListItem } from '../../contract.ts'

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

export function presentCard(row: CardRow): SupportChatListItem {
  return {
    id: row.id,
    user: {
      id: row.userId,
      kind: row.kind === 'visitor' ? 'visitor' : 'user',
      name: row.name,
      email: row.email,
      emailOptedOut: row.emailOptedOutAt !== null,
    },
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
