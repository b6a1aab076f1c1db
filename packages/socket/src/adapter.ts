import type { IncomingMessage } from 'node:http'
import type { AnyTRPCRouter } from '@trpc/server'
import type { CreateWSSContextFnOptions } from '@trpc/server/adapters/ws'
import type { WebSocket } from 'ws'
import type { CloseCodes } from './close-codes.ts'
import type { Failure } from './failure.ts'
import type { FrameBudgets } from './frame-budgets.ts'
import type { Limits } from './limits.ts'
import type { Flusher } from './outgoing.ts'
import type { Encoding } from './shared.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** Why calls are turned away before they run. */
export type Overload = 'tooManyCallsUnderWay' | 'tooManySubscriptions' | 'rateLimited' | 'batchTooLarge'

/** Which close code the adapter closed a socket with; null if somebody else did. */
export type CloseCause = keyof CloseCodes | null

export interface SocketClosed<Context> {
  socket: WebSocket
  /** Undefined if there was none yet. */
  ctx: Context | undefined
  code: number
  cause: CloseCause
}

/** What the sockets of one handler share. */
export interface Adapter<Context> {
  readonly router: AnyTRPCRouter
  readonly limits: Limits
  readonly codes: CloseCodes
  readonly encoding: Encoding
  readonly wheel: TimerWheel
  readonly flusher: Flusher
  readonly budgets: FrameBudgets
  readonly now: () => number
  readonly parseInput: (input: unknown) => unknown
  readonly createContext: (options: CreateWSSContextFnOptions) => Context | Promise<Context>
  /** Who pays for the frames of a socket, over all their sockets; null: the socket alone. */
  readonly owner: (ctx: Context) => string | null
  /** How many of so many calls may run. */
  readonly charge: (ctx: Context, calls: number) => number
  /** The error that turned-away calls are answered with. */
  readonly overload: (reason: Overload, ctx: Context | undefined) => unknown
  readonly onError: (failure: Failure<Context> & { socket: WebSocket }) => void
  readonly onClose: (closed: SocketClosed<Context>) => void
}

/** Whether a client's first frame will be its connection parameters. */
export function announcesParameters({ url = '' }: IncomingMessage): boolean {
  const at = url.indexOf('?')
  return at >= 0 && new URLSearchParams(url.slice(at)).get('connectionParams') === '1'
}
