import type { Clock } from '../platform/clock.ts'
import type { CallFault } from './fault.ts'
import { resubscribeDelay } from './retry-delay.ts'
import type { Reader } from './wire.ts'

export interface Subscription {
  /** Ends it and subscribes again, from wherever the reader is now. */
  restart(): void
  stop(): void
}

export interface SubscriptionOptions<T> {
  clock: Clock
  open: (reader: Reader<T>) => () => void
  onStarted?: () => void
  onEvent: (event: T) => void
  /** It ended by itself, and is opened again after a moment. */
  onEnd?: (fault: CallFault | null) => void
}

/**
 * Keeps a subscription going on one socket. tRPC opens none again after an error of the server, and takes a
 * generator that returned as finished for good.
 */
export function keepSubscribed<T>(options: SubscriptionOptions<T>): Subscription {
  const { clock } = options
  let failures = 0
  let turn = 0
  let end = () => {}

  function open() {
    const mine = ++turn
    const inTurn = () => mine === turn
    const close = options.open({
      onStarted: () => inTurn() && options.onStarted?.(),
      onEvent(event) {
        if (!inTurn()) return
        failures = 0
        options.onEvent(event)
      },
      onEnd(fault) {
        if (!inTurn()) return
        turn += 1
        failures += 1
        end = clock.after(resubscribeDelay(failures, fault?.retryAfterMs ?? 0, clock), open)
        options.onEnd?.(fault)
      },
    })
    // It may have ended before it was open.
    if (inTurn()) end = close
  }

  function stop() {
    turn += 1
    end()
    end = () => {}
  }

  open()
  return {
    restart() {
      stop()
      open()
    },
    stop,
  }
}
