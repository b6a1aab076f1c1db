export type { CloseCause, Overload, SocketClosed } from './adapter.ts'
export type { CloseCode, CloseCodes } from './close-codes.ts'
export {
  createSocketHandler,
  type SocketCounts,
  type SocketHandler,
  type SocketHandlerOptions,
} from './handler.ts'
export type { Limits } from './limits.ts'
export { type Superjson, superjsonOutput } from './superjson-output.ts'
