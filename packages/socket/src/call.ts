import { callTRPCProcedure, TRPCError } from '@trpc/server'
import type { Connection } from './connection.ts'
import type { Call } from './envelope.ts'
import { fail } from './refuse.ts'
import { isSource } from './source.ts'

/** Runs a query or a mutation and answers it. Never rejects. */
export async function answerCall<Context>(
  connection: Connection<Context>,
  call: Call,
  ctx: Context,
): Promise<void> {
  const { path, input, type, index, head } = call
  const { router, encoding } = connection.adapter
  try {
    const data = await callTRPCProcedure({
      router,
      path,
      getRawInput: async () => input,
      ctx,
      type,
      // As with tRPC's own adapter a call that has begun is not cancelled by its socket.
      signal: new AbortController().signal,
      batchIndex: index,
    })
    if (isSource(data)) {
      const message = `Cannot return an async iterable or observable from a ${type} procedure with WebSockets`
      throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE', message })
    }
    connection.send(head + encoding.body(data))
  } catch (cause) {
    fail(connection, call, cause)
  } finally {
    connection.callsUnderWay -= 1
  }
}
