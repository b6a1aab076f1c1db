import { type AnyTRPCRouter, type inferRouterContext, TRPCError } from '@trpc/server'
import type { CreateWSSContextFnOptions } from '@trpc/server/adapters/ws'
import type { WebSocket } from 'ws'
import type { Adapter, Overload, SocketClosed } from './adapter.ts'
import { CLOSE_CODES, type CloseCodes } from './close-codes.ts'
import { createEncoding, type Stringify } from './encoding.ts'
import type { Failure } from './failure.ts'
import { FrameBudgets } from './frame-budgets.ts'
import { LIMITS, type Limits } from './limits.ts'
import { Flusher } from './outgoing.ts'
import { TimerWheel } from './timer-wheel.ts'

export interface SocketHandlerOptions<Router extends AnyTRPCRouter, Context = inferRouterContext<Router>> {
  router: Router
  /** Makes the context of a socket, once. What it throws is sent, and the socket closed. */
  createContext: (options: CreateWSSContextFnOptions) => Context | Promise<Context>
  /** Hears of every error that a call or a context ends with, and of those that nobody is answered with. */
  onError: (failure: Failure<Context> & { socket: WebSocket }) => void
  /** Hears once of every socket that is gone. A context that is made after that is dropped. */
  onClose?: (closed: SocketClosed<Context>) => void
  /** Sockets of one owner share a budget of frames, also with those that come after them. Without it each has its own. */
  owner?: (ctx: Context) => string | null
  /** Charges for calls and begun subscriptions; gives how many of them may run. All may run without it. */
  charge?: (ctx: Context, calls: number) => number
  /** The error for calls that are turned away. */
  overload?: (reason: Overload, ctx: Context | undefined) => unknown
  /** Reads `params.input`; the router's transformer does without it. What it throws is a PARSE_ERROR. */
  parseInput?: (input: unknown) => unknown
  /** Writes what the router's output transformer and JSON.stringify would write. */
  stringify?: Stringify
  limits?: Partial<Limits>
  codes?: Partial<CloseCodes>
  /** Milliseconds that never go back. */
  now?: () => number
}

/** Fills in the defaults. */
export function createAdapter<Router extends AnyTRPCRouter>(
  options: SocketHandlerOptions<Router>,
): Adapter<inferRouterContext<Router>> {
  const { router, createContext, onError } = options
  const { transformer } = router._def._config
  const now = options.now ?? (() => performance.now())
  const limits = { ...LIMITS, ...options.limits }
  return {
    router,
    createContext,
    onError,
    limits,
    now,
    codes: { ...CLOSE_CODES, ...options.codes },
    encoding: createEncoding(
      options.stringify ?? ((value) => JSON.stringify(transformer.output.serialize(value))),
    ),
    wheel: new TimerWheel(now),
    flusher: new Flusher(),
    budgets: new FrameBudgets(limits),
    parseInput: options.parseInput ?? ((input) => transformer.input.deserialize(input)),
    owner: options.owner ?? (() => null),
    charge: options.charge ?? ((_ctx, calls) => calls),
    overload(reason, ctx) {
      try {
        return options.overload?.(reason, ctx) ?? overloadError(reason)
      } catch (cause) {
        return cause
      }
    },
    onClose: options.onClose ?? (() => undefined),
  }
}

function overloadError(reason: Overload): TRPCError {
  switch (reason) {
    case 'batchTooLarge':
      return new TRPCError({ code: 'BAD_REQUEST', message: 'Batch call exceeds maximum size' })
    case 'rateLimited':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many calls' })
    case 'tooManyCallsUnderWay':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many calls under way' })
    case 'tooManySubscriptions':
      return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'Too many subscriptions' })
  }
}
