/** The job queue is a table: names and payloads of its jobs stand beside the schema. */
export interface Jobs {
  /** Finds chats whose replies are due and hands each on as a `sendReplyEmail`. Schedules itself. */
  claimDueReplies: Record<string, never>
  /** Deletes sessions that have ended by their age. */
  forgetExpiredSessions: Record<string, never>
  /** Emails the unread replies of one chat up to `upToSeq`. */
  sendReplyEmail: { chatId: string; upToSeq: number }
}
