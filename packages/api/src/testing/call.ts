import type { Context, HttpTransport } from '../context.ts'
import { Refusal } from '../errors.ts'
import type { Caller } from '../identity/caller.ts'
import type { Fixture } from './fixture.ts'

/** The refusal that a call came to; fails when it was allowed or failed otherwise. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await call.then(
    () => new Error('The call was allowed'),
    (thrown: unknown) => thrown,
  )
  const refused = error instanceof Error && error.cause instanceof Refusal ? error.cause : error
  if (refused instanceof Refusal) return refused
  throw error
}

/** A socket's side of the context. */
export function socketContext(caller: Caller): Context {
  return { caller, address: '127.0.0.1', transport: { type: 'socket' } }
}

export function httpContext(caller: Caller): Context {
  const transport: HttpTransport = {
    type: 'http',
    setSessionCookie: () => {},
    deviceToken: null,
    setDeviceCookie: () => {},
  }
  return { caller, address: '127.0.0.1', transport }
}

/** How many rows each table has: what a refused call must not change. */
export async function rowCounts({ db }: Fixture): Promise<number[]> {
  const tables = ['users', 'sessions', 'supportChats', 'supportMessages', 'adminCredentials'] as const
  return Promise.all(
    tables.map(async (table) => {
      const { count } = await db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    }),
  )
}
