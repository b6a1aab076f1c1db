import type { TRPCError } from '@trpc/server'

/** A WebSocket close code and its reason, which may have 123 bytes. */
export type CloseCode = readonly [code: number, reason: string]

/** What the adapter closes sockets with. What a client does with a code is agreed on elsewhere. */
export interface CloseCodes {
  /** The handler is draining. */
  restarting: CloseCode
  /** `unsentBytes` or `drainMs`. */
  tooSlow: CloseCode
  /** `framesBurst` and `framesPerSecond`. */
  tooManyFrames: CloseCode
  /** `authenticationMs`. */
  notAuthenticated: CloseCode
  /** `createContext` failed. */
  contextFailed: (error: TRPCError) => CloseCode
}

export const CLOSE_CODES: CloseCodes = {
  restarting: [1012, 'The server is restarting'],
  tooSlow: [4008, 'The output was not read in time'],
  tooManyFrames: [4029, 'Too many frames'],
  notAuthenticated: [4408, 'The connection parameters did not come in time'],
  contextFailed: () => [1011, 'The connection was refused'],
}
