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
  const refusal = refusalOf(connection, call)
  if (refusal !== null) {
    if (connection.spend()) connection.fail(call, refusal)
    return null
  }
  if (call.type === 'subscription') {
    const subscription = new Subscription(connection, call)
    connection.subscriptions.set(call.id, subscription)
    return { call, subscription }
  }
  connection.callsUnderWay += 1
  return { call, subscription: null }
}

function refusalOf<Context>(
  { adapter, subscriptions, callsUnderWay, ctx }: Connection<Context>,
  call: Call,
): unknown {
  const { limits, overload } = adapter
  if (call.type !== 'subscription')
    return callsUnderWay < limits.callsUnderWay ? null : overload('tooManyCallsUnderWay', ctx)
  if (subscriptions.has(call.id))
    return new TRPCError({ message: `Duplicate id ${call.id}`, code: 'BAD_REQUEST' })
  return subscriptions.size < limits.subscriptions ? null : overload('tooManySubscriptions', ctx)
}

/** Charges for calls and runs as many as may run; the others are turned away. */
export function admit<Context>(
  connection: Connection<Context>,
  ctx: Context,
  admissions: Admission<Context>[],
): void {
  if (admissions.length === 0) return
  const { granted, refusal } = charge(connection, ctx, admissions.length)
  for (const [index, admission] of admissions.entries()) {
    if (index >= granted) {
      if (connection.spend()) turnAway(connection, admission, refusal)
    } else if (admission.subscription) void admission.subscription.begin(ctx)
    else void answerCall(connection, admission.call, ctx)
  }
}

function charge<Context>(
  { adapter }: Connection<Context>,
  ctx: Context,
  calls: number,
): { granted: number; refusal: unknown } {
  try {
    const granted = adapter.charge(ctx, calls)
    return { granted, refusal: granted < calls ? adapter.overload('rateLimited', ctx) : null }
  } catch (cause) {
    return { granted: 0, refusal: cause }
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
