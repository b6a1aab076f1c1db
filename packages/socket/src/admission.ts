import { TRPCError } from '@trpc/server'
import type { Overload } from './adapter.ts'
import { answerCall } from './call.ts'
import type { Connection } from './connection.ts'
import type { Call } from './envelope.ts'
import { fail, failAll } from './refuse.ts'
import { Subscription } from './subscription.ts'

/** A call that was counted and waits for its turn. */
export interface Admission<Context> {
  call: Call
  subscription: Subscription<Context> | null
}

/** Counts a call against its socket's bounds; the reason if it is to be turned away, null if that is done. */
export function count<Context>(
  connection: Connection<Context>,
  call: Call,
): Admission<Context> | Overload | null {
  const { limits } = connection.adapter
  if (call.type !== 'subscription') {
    if (connection.callsUnderWay >= limits.callsUnderWay) return 'tooManyCallsUnderWay'
    connection.callsUnderWay += 1
    return { call, subscription: null }
  }
  if (connection.subscriptions.has(call.id)) {
    const error = new TRPCError({ message: `Duplicate id ${call.id}`, code: 'BAD_REQUEST' })
    if (connection.spend()) fail(connection, call, error)
    return null
  }
  if (connection.subscriptions.size >= limits.subscriptions) return 'tooManySubscriptions'
  const subscription = new Subscription(connection, call)
  connection.subscriptions.set(call.id, subscription)
  return { call, subscription }
}

/** Charges for calls and runs as many as may run; the others are turned away with one error. */
export function admit<Context>(
  connection: Connection<Context>,
  ctx: Context,
  admissions: Admission<Context>[],
): void {
  if (admissions.length === 0) return
  const { granted, refusal } = charge(connection, ctx, admissions.length)
  const refused = admissions.slice(granted)
  // First, so that what runs finds the socket as it will be.
  for (const { subscription } of refused) {
    if (subscription) subscription.withdraw()
    else connection.callsUnderWay -= 1
  }
  for (const { call, subscription } of admissions.slice(0, granted)) {
    if (subscription) void subscription.begin(ctx)
    else void answerCall(connection, call, ctx)
  }
  if (refused.length > 0) {
    failAll(
      connection,
      refused.map(({ call }) => call),
      refusal,
    )
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
