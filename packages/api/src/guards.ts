import type { Context, HttpTransport } from './context.ts'
import { Refusal } from './errors.ts'
import type { AdminCaller, Member, UserCaller } from './identity/caller.ts'

/*
 * Who may call a procedure, and over what: each of these makes a resolver of a use case, and refuses everybody else.
 *
 * They are no middlewares, because each middleware of tRPC costs a call 8 µs, of 70 that storing and telling a message
 * costs in all. So an input is checked before its caller.
 */

interface Call<Input> {
  ctx: Context
  input: Input
}

interface SocketCall<Input> extends Call<Input> {
  signal: AbortSignal | undefined
}

function guard<Caller>(admit: (ctx: Context) => Caller) {
  return <Input, Output>(run: (caller: Caller, input: Input) => Output) =>
    ({ ctx, input }: Call<Input>): Output =>
      run(admit(ctx), input)
}

/** For subscriptions: over a socket alone, until the signal aborts. */
function socketGuard<Caller>(admit: (ctx: Context) => Caller) {
  return <Input, Output>(run: (caller: Caller, input: Input, signal: AbortSignal) => Output) =>
    ({ ctx, input, signal }: SocketCall<Input>): Output => {
      const caller = admit(ctx)
      if (ctx.transport.type !== 'socket' || !signal) throw new Refusal('socket_only')
      return run(caller, input, signal)
    }
}

/** The user of a chat or an admin; which chat it may be is decided with its row. */
export const forMember = guard(memberOf)
export const forMemberOverSocket = socketGuard(memberOf)

/** A signed user or a visitor. */
export const forUser = guard(userOf)

/** Support staff. */
export const forAdmin = guard(adminOf)
export const forAdminOverSocket = socketGuard(adminOf)

/** An answer that sets a cookie or hands out a session needs a response of its own. */
export const forAnyoneOverHttp = guard(({ address, transport }) => ({ address, transport: http(transport) }))
export const forAdminOverHttp = guard((ctx) => ({ caller: adminOf(ctx), transport: http(ctx.transport) }))

function memberOf({ caller }: Context): Member {
  if (caller.type === 'anonymous') throw new Refusal('session_missing')
  return caller
}

function userOf(ctx: Context): UserCaller {
  const caller = memberOf(ctx)
  if (caller.type !== 'user') throw new Refusal('users_only')
  return caller
}

function adminOf(ctx: Context): AdminCaller {
  const caller = memberOf(ctx)
  if (caller.type !== 'admin') throw new Refusal('admins_only')
  return caller
}

function http(transport: Context['transport']): HttpTransport {
  if (transport.type !== 'http') throw new Refusal('http_only')
  return transport
}
