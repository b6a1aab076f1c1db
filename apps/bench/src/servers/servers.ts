import { NODE_FLAGS } from '@acme/server/node-flags'
import type { Address } from '../load/commands.ts'
import { type Child, startChild } from '../processes/start-child.ts'

/** The product; hand-written with a statement per message; hand-written with shared statements. */
export const KINDS = ['ours', 'bare', 'batched'] as const
export type Kind = (typeof KINDS)[number]

export const SESSION_SECRET = 'the session secret of the benchmark'
/** Set, the product keeps its own limits. */
export const GUARDED = 'BENCH_GUARDED'
const PUBLIC_URL = 'http://support.example'
const ADMIN = { email: 'agent@support.example', password: 'the password of the benchmark' }

export interface ServerOptions {
  kind: Kind
  databaseUrl: string
  port: number
  /** Whether the product keeps its own limits; they are lifted for what is no flood. */
  isGuarded?: boolean
  /** Ends it at once. */
  signal: AbortSignal
}

/** Starts one of the servers in a process of its own; resolves when it is ready. */
export function startServer({
  kind,
  databaseUrl,
  port,
  isGuarded = false,
  signal,
}: ServerOptions): Promise<Child> {
  const env = { NODE_ENV: 'production', PORT: String(port), DATABASE_URL: databaseUrl }
  switch (kind) {
    case 'ours':
      return startChild(new URL('./product-server.ts', import.meta.url), {
        signal,
        flags: NODE_FLAGS,
        env: {
          ...env,
          PUBLIC_URL,
          SMTP_URL: 'smtp://127.0.0.1:1',
          MAIL_FROM: 'support@support.example',
          IDENTITY_SECRETS: 'the identity secret of the benchmark',
          SESSION_SECRET,
          ADMIN_EMAIL: ADMIN.email,
          ADMIN_PASSWORD: ADMIN.password,
          ROLE: 'web',
          LOG_LEVEL: 'error',
          ...(isGuarded && { [GUARDED]: 'yes' }),
        },
      })
    case 'bare':
      return startChild(new URL('./bare-server.ts', import.meta.url), { env, signal })
    case 'batched':
      return startChild(new URL('./batched-server.ts', import.meta.url), { env, signal })
  }
}

/** How the load reaches it; for the product an admin is logged in. */
export async function addressOf(kind: Kind, port: number, epoch: string): Promise<Address> {
  if (kind !== 'ours') return { speaks: 'bare', port }
  return { speaks: 'trpc', port, epoch, publicUrl: PUBLIC_URL, cookie: await logIn(port) }
}

async function logIn(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/trpc/admin.session.logIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: PUBLIC_URL },
    body: JSON.stringify({ json: ADMIN }),
  })
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';')
  if (!cookie.includes('=')) throw new Error(`Log-in failed: ${response.status} ${await response.text()}`)
  return cookie
}
