import { z } from 'zod'
import { normalizeContent, previewOf } from '../content.ts'
import type { SupportMessage } from '../contract.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { chatTopic, inboxHint } from '../hints.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import type { Stored } from './store-messages.ts'

export const sendInput = z.strictObject({
  chatId: uuid,
  /** UUIDv7 (RFC 9562), made by the sender; the same on every retry. */
  id: uuid,
  content: z.string(),
})

/**
 * Stores a message, then tells everybody who follows the chat. Sent again with the same id it answers the same
 * message; the sender type follows from who calls. A user's message wakes an archived chat.
 *
 * @throws Refusal content_*, chat_unknown, message_id_taken, rate_limited, busy, unavailable
 */
export async function send(
  { writer, hub, limits }: Pick<Deps, 'writer' | 'hub' | 'limits'>,
  caller: Member,
  input: z.output<typeof sendInput>,
): Promise<SupportMessage> {
  const content = normalizeContent(input.content)
  limits.send.take(caller.userId)

  const stored = await writer.write({
    id: input.id,
    chatId: input.chatId,
    content,
    preview: previewOf(content),
    senderType: caller.type,
    senderId: caller.userId,
  })
  const message = toMessage(caller, { ...input, content }, stored)
  // A known one is told of again: its first sender's process may have died between commit and hint.
  hub.publish(chatTopic(message.chatId), { type: 'message', seq: message.seq }, message)
  if (stored.outcome === 'stored' && stored.woke) hub.publish(chatTopic(message.chatId), { type: 'state' })
  // To the inbox it is no news: if nobody has announced it yet, the sweep does.
  const isNews = stored.outcome === 'stored' && caller.type === 'user'
  inboxHint(hub, message.chatId, isNews ? 'new_user_message' : 'chats_changed')
  return message
}

/** @throws Refusal chat_unknown, message_id_taken */
function toMessage(
  { type: senderType, userId }: Member,
  { id, chatId, content }: z.output<typeof sendInput>,
  stored: Stored,
): SupportMessage {
  if (stored.outcome === 'chat_unknown') throw new Refusal('chat_unknown')
  const { senderName } = stored
  if (stored.outcome === 'stored') {
    const { seq, createdAt } = stored
    return { id, chatId, seq, content, senderType, senderName, readAt: null, createdAt }
  }
  const { known } = stored
  const isSame =
    known.chatId === chatId &&
    known.content === content &&
    known.senderType === senderType &&
    known.senderId === userId
  if (!isSame) throw new Refusal('message_id_taken', { field: 'id' })
  const readAt = known.readAt === null ? null : new Date(known.readAt)
  return {
    id,
    chatId,
    seq: known.seq,
    content,
    senderType,
    senderName,
    readAt,
    createdAt: new Date(known.createdAt),
  }
}
