import type { Wire } from './wire.ts'

/** One socket, from its opening to its end. */
export interface Link {
  wire: Wire
  /** Asks for a sign of life; anything that arrives is one. */
  ping(onAlive: () => void): void
  /** Ends it. Nothing is reported any more. */
  close(): void
}

export interface LinkEvents {
  onOpen(): void
  /** The socket has ended or could not be opened, with the close code. */
  onEnd(code: number): void
  /** A call was answered by UNAUTHORIZED: this session is no good. */
  onUnauthorized(): void
}

/** Opens one socket that speaks for the holder of `token`; null where a cookie does. */
export type OpenLink = (token: string | null, events: LinkEvents) => Link
