/** What leaves the server, field by field. Nothing else does. */

export type SenderType = 'user' | 'admin'

export interface SupportMessage {
  /** Chosen by the sender (UUIDv7, RFC 9562): the same id sent twice is one message. */
  id: string
  chatId: string
  /** Place in the chat: 1, 2, 3 … without gaps. */
  seq: number
  /** Plain text, never HTML. 1 to 4,000 characters. */
  content: string
  senderType: SenderType
  /** The name the writer goes by; null for visitors and users without one. */
  senderName: string | null
  /** When the other side read it. */
  readAt: Date | null
  createdAt: Date
}

/** A user's own chat: the newest page of messages, oldest first. */
export interface SupportChat {
  id: string
  /** Together with a `seq` it makes a cursor, `epoch:seq`. Another epoch means: load again. */
  epoch: string
  /** `seq` of the newest message in `messages`; 0 in an empty chat. */
  lastSeq: number
  /** Admin messages the user has not read. */
  unreadCount: number
  messages: SupportMessage[]
}

/** Who a chat belongs to, as support staff see it. */
export interface ChatUser {
  id: string
  kind: 'user' | 'visitor'
  name: string | null
  email: string | null
  /** They unsubscribed from emails about replies. */
  emailOptedOut: boolean
}

/** A card of the inbox. */
export interface SupportChatListItem {
  id: string
  user: ChatUser
  /** First 100 characters of the newest message and who wrote it; null in an empty chat. */
  lastMessage: { preview: string; senderType: SenderType } | null
  lastMessageAt: Date
  messageCount: number
  /** `seq` of the newest user message; 0 when there is none. Tells whether it was announced before. */
  lastUserSeq: number
  /** A user message is newer than what any admin has read. */
  unread: boolean
  archivedAt: Date | null
}

/** A chat as support staff open it: the newest page of messages, oldest first. */
export interface AdminSupportChat {
  id: string
  epoch: string
  lastSeq: number
  /** User messages up to `lastSeq` that no admin has read. */
  unreadCount: number
  messages: SupportMessage[]
  user: ChatUser
  archivedAt: Date | null
  createdAt: Date
}

/** What `chat.onMessage` brings; each is tracked as `epoch:seq`. */
export type ChatChannelMessage =
  | { type: 'new_message'; message: SupportMessage }
  /** Everything up to `lastSeq` has been delivered; from here on it is live. */
  | { type: 'synced'; epoch: string; lastSeq: number }
  /** The cursor is not of this database (restored from a backup): load the chat again. */
  | { type: 'reset'; epoch: string; lastSeq: number }

export interface Participant {
  id: string
  side: SenderType
  name: string | null
}

/** What `chat.onActivity` brings: always the whole present state, so nothing needs resuming. */
export interface ChatActivity {
  userReadSeq: number
  adminReadSeq: number
  archivedAt: Date | null
  typing: Participant[]
  here: Participant[]
}

/**
 * What `admin.onUserMessage` brings: cards as they are now, several changes in one frame. `new_user_message` comes
 * once per user message and process, whatever is sent again; messages that come close together share one.
 */
export type AdminNotificationMessage =
  | { type: 'new_user_message'; chats: SupportChatListItem[] }
  | { type: 'chats_changed'; chats: SupportChatListItem[] }
