import type { SupportMessage } from '../contract.ts'

/** Bytes of a page of messages, at most, apart from its last message: 100 long ones would be 1.6 MB, and anybody may ask for them. */
export const PAGE_BYTES = 64 * 1024
/** What a message weighs beside its text. */
export const ENVELOPE_BYTES = 300

/** What messages weigh. */
export function bytesOf(messages: readonly Pick<SupportMessage, 'content'>[]): number {
  return messages.reduce((bytes, { content }) => bytes + Buffer.byteLength(content) + ENVELOPE_BYTES, 0)
}
