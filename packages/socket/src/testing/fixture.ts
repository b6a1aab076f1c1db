import {
  createTRPCUntypedClient,
  createWSClient,
  type TRPCUntypedClient,
  type WebSocketClientOptions,
  wsLink,
} from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import superjson from 'superjson'
import { createSocketHandler, type SocketHandler } from '../handler.ts'
import type { SocketHandlerOptions } from '../options.ts'
import { Journal } from './journal.ts'
import { connectPeer, type Peer } from './peer.ts'
import { type Format, type TestContext, testRouter } from './router.ts'
import { startServer, type TestServer } from './server.ts'

type TestRouter = ReturnType<typeof testRouter>
export type Options = SocketHandlerOptions<TestRouter>

export interface Fixture extends AsyncDisposable {
  url: string
  server: TestServer
  handler: SocketHandler
  journal: Journal
  /** What `onError` heard. */
  errors: Parameters<Options['onError']>[0][]
  peer: (query?: string) => Promise<Peer>
}

export interface FixtureOptions extends Partial<Options> {
  format?: Format
  perMessageDeflate?: boolean
  port?: number
}

/** The adapter with the test router, on a real server. */
export async function fixture({
  format = 'superjson',
  perMessageDeflate = false,
  port = 0,
  ...options
}: FixtureOptions = {}): Promise<Fixture> {
  const journal = new Journal()
  const errors: Fixture['errors'] = []
  const handler = createSocketHandler({
    router: testRouter(format, journal),
    createContext: nameOf,
    onError: (failure) => errors.push(failure),
    ...options,
  })
  const server = await startServer({ perMessageDeflate, port })
  server.serve(handler.serve)
  return {
    url: server.url,
    server,
    handler,
    journal,
    errors,
    peer: (query = '') => connectPeer(server.url + query),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** A context that bears the name in the connection parameters. */
export function nameOf({ info }: Parameters<Options['createContext']>[0]): TestContext {
  return { name: info.connectionParams?.name ?? 'nobody' }
}

export interface StockClient extends Disposable {
  client: TRPCUntypedClient<AnyTRPCRouter>
  ws: ReturnType<typeof createWSClient>
}

/** What a client without a transformer does; the types of an unknown router want it spelled out. */
const asIs = { serialize: (value: unknown) => value, deserialize: (value: unknown) => value }

/** The client that tRPC ships. */
export function stockClient(
  url: string,
  format: Format,
  options: Partial<WebSocketClientOptions> = {},
): StockClient {
  const ws = createWSClient({ url, retryDelayMs: () => 20, ...options })
  const link = wsLink<AnyTRPCRouter>({ client: ws, transformer: format === 'superjson' ? superjson : asIs })
  return {
    client: createTRPCUntypedClient<AnyTRPCRouter>({ links: [link] }),
    ws,
    [Symbol.dispose]: () => void ws.close(),
  }
}
