import { TRPCError } from '@trpc/server'
import { answerCall } from './call.ts'
import type { Connection } from './connection.ts'
import type { Call } from './envelope.ts'
import { Subscription } from './subscription.ts'

/** A call that was counted and waits for its turn. */
export interface Admission<Context> {
  call: Call
  subscription: Subscription<Context> | null
}

/** Counts a call against its socket's bounds. Null if it was turned away, and answered. */
export function count<Context>(connection: Connection<Context>, call: Call): Admission<Context> | null {
  const { adapter, subscriptions } = connection
  const { limits } = adapter
  if (call.type === 'subscription') {
    if (subscriptions.has(call.id)) {
      connection.fail(call, new TRPCError({ message: `Duplicate id ${call.id}`, code: 'BAD_REQUEST' }))
      return null
    }
    if (subscriptions.size >= limits.subscriptions) {
      connection.fail(call, adapter.overload('tooManySubscriptions', connection.ctx))
      return null
    }
    const subscription = new Subscription(connection, call)
    subscriptions.set(call.id, subscription)
    return { call, subscription }
  }
  if (connection.callsUnderWay >= limits.callsUnderWay) {
    connection.fail(call, adapter.overload('tooManyCallsUnderWay', connection.ctx))
    return null
  }
  connection.callsUnderWay += 1
  return { call, subscription: null }
}

/** Charges for calls and runs as many as may run; the others are turned away. */
export function admit<Context>(
  connection: Connection<Context>,
  ctx: Context,
  admissions: Admission<Context>[],
): void {
  const { adapter } = connection
  if (admissions.length === 0) return
  let granted = 0
  let refusal: unknown
  try {
    granted = adapter.charge(ctx, admissions.length)
    if (granted < admissions.length) refusal = adapter.overload('rateLimited', ctx)
  } catch (cause) {
    refusal = cause
  }
  for (const [index, admission] of admissions.entries()) {
    if (index >= granted) turnAway(connection, admission, refusal)
    else if (admission.subscription) void admission.subscription.begin(ctx)
    else void answerCall(connection, admission.call, ctx)
  }
}

/** Answers a counted call that does not run. */
export function turnAway<Context>(
  connection: Connection<Context>,
  { call, subscription }: Admission<Context>,
  cause: unknown,
): void {
  if (subscription) subscription.refuse(cause)
  else {
    connection.callsUnderWay -= 1
    connection.fail(call, cause)
  }
}
