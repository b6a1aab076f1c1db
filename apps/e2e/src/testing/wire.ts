import type { AppRouter } from '@acme/api'
import { type Person, people, signIdentity } from '@acme/local'
import { createTRPCClient, createWSClient, httpLink, type TRPCClient, wsLink } from '@trpc/client'
import superjson from 'superjson'
import { WebSocket as NodeSocket } from 'ws'
import { ADMIN, IDENTITY_SECRET, type Stack } from './stack.ts'

export type Trpc = TRPCClient<AppRouter>

/** Somebody signed in, over HTTP. */
export interface SignedIn {
  trpc: Trpc
  /** What a socket of theirs presents. */
  credentials: Credentials
}

export type Credentials = { token: string } | { cookie: string; origin: string } | null

/** A client over HTTP; without credentials it is a stranger's. */
export function overHttp(url: string, credentials: Credentials = null): Trpc {
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/trpc`, transformer: superjson, headers: headersOf(credentials) })],
  })
}

export interface SocketClient extends Disposable {
  trpc: Trpc
  /** Resolves with the code when the socket has closed for the first time. */
  closed: Promise<number>
}

/** A client over one WebSocket, with tRPC's own reconnecting. `parameters`: what it presents beside the token. */
export function overSocket(
  url: string,
  credentials: Credentials = null,
  parameters: Record<string, string> = {},
): SocketClient {
  let closed = (_code: number) => {}
  const closing = new Promise<number>((resolve) => {
    closed = resolve
  })
  const socket = createWSClient({
    url: `${url.replace('http', 'ws')}/trpc`,
    WebSocket: socketWith(headersOf(credentials)),
    ...(credentials &&
      'token' in credentials && { connectionParams: { token: credentials.token, ...parameters } }),
    retryDelayMs: () => 50,
    onClose: (cause) => closed(cause?.code ?? 0),
  })
  return {
    trpc: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer: superjson })] }),
    closed: closing,
    [Symbol.dispose]: () => void socket.close(),
  }
}

/** Node's own WebSocket sends no headers; a browser sends the cookie and the origin by itself. */
function socketWith(headers: Record<string, string>): typeof WebSocket {
  const { authorization: _, ...handshake } = headers
  class SocketWithHeaders extends NodeSocket {
    constructor(url: string) {
      super(url, { headers: handshake })
      this.on('error', () => {})
    }
  }
  // The library types its socket as the browser's, whose parts it uses are all in `ws`.
  return SocketWithHeaders as unknown as typeof WebSocket
}

function headersOf(credentials: Credentials): Record<string, string> {
  if (!credentials) return {}
  if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` }
  return { cookie: credentials.cookie, origin: credentials.origin }
}

export async function signInAs(
  stack: Stack,
  person: Person = people.alice,
  url = stack.servers[0]?.url,
): Promise<SignedIn> {
  const at = url ?? stack.url
  const identity = await signIdentity({ secret: IDENTITY_SECRET, audience: stack.url, person })
  const { token } = await overHttp(at).session.start.mutate({ identity })
  return { trpc: overHttp(at, { token }), credentials: { token } }
}

/** Logs an admin in as a browser would, and keeps the cookie. */
export async function logIn(stack: Stack, url = stack.servers[0]?.url, admin = ADMIN): Promise<SignedIn> {
  const at = url ?? stack.url
  const response = await fetch(`${at}/trpc/admin.session.logIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stack.url },
    body: JSON.stringify(superjson.serialize(admin)),
  })
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';')
  if (!cookie.includes('=')) throw new Error(`Log-in failed: ${response.status} ${await response.text()}`)
  const credentials = { cookie, origin: stack.url }
  return { trpc: overHttp(at, credentials), credentials }
}

/** Somebody new with a chat of their own. */
export function somebody(name: string): Person {
  const id = `${name}-${crypto.randomUUID()}`
  return { externalId: id, name, email: `${id}@customer.example` }
}
