import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mailbox, type ServerProcess, startMailbox, startServerProcess } from '@acme/local'
import { freshDatabase } from '@acme/local/testing'
import { NODE_FLAGS } from '@acme/server/node-flags'

export const IDENTITY_SECRET = 'identity secret of the tests that is long enough'
export const ADMIN = { email: 'sam@support.example', password: 'a password for the tests' }

export interface Stack extends AsyncDisposable {
  /** Server processes on one database; the first is the one whose origin is public. */
  readonly servers: readonly ServerProcess[]
  /** The first server's address, and the `aud` of identities. */
  readonly url: string
  readonly databaseUrl: string
  readonly mailbox: Mailbox
  /**
   * Starts a further process with the same settings; `port` to take an ended one's place, `databaseUrl` to reach the
   * same database by another way, `env` for other settings.
   */
  startServer: (options?: {
    port?: number
    databaseUrl?: string
    env?: Record<string, string>
  }) => Promise<ServerProcess>
}

export interface StackOptions {
  servers?: number
  env?: Record<string, string>
  /** Another database than a fresh one in the run's Postgres. */
  databaseUrl?: string
  /** Another program than the product's server. */
  script?: string
}

const SERVER = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))

/** The real thing in processes of its own: servers with their workers, a database, a mailbox. */
export async function startStack({
  servers = 1,
  env = {},
  databaseUrl,
  script = SERVER,
}: StackOptions = {}): Promise<Stack> {
  const parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'acme-stack-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const database = databaseUrl ? { url: databaseUrl } : parts.use(await freshDatabase())
  const mailbox = await startMailbox()
  parts.defer(() => mailbox.close())

  let publicUrl = env.PUBLIC_URL
  let started = 0
  const startServer: Stack['startServer'] = async ({
    port,
    databaseUrl = database.url,
    env: others = {},
  } = {}) => {
    started += 1
    const server = await startServerProcess({
      flags: NODE_FLAGS,
      script,
      env: {
        DATABASE_URL: databaseUrl,
        SMTP_URL: mailbox.smtpUrl,
        IDENTITY_SECRETS: IDENTITY_SECRET,
        SESSION_SECRET: 'session secret of the tests, long enough',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        DATA_DIR: join(folder, String(started)),
        ...(publicUrl && { PUBLIC_URL: publicUrl }),
        ...(port !== undefined && { PORT: String(port) }),
        ...env,
        ...others,
      },
    })
    parts.use(server)
    publicUrl ??= `http://localhost:${server.port}`
    return server
  }
  const processes: ServerProcess[] = []
  try {
    for (let n = 0; n < servers; n++) processes.push(await startServer())
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
  const [first] = processes
  return {
    servers: processes,
    url: publicUrl ?? first?.url ?? '',
    databaseUrl: database.url,
    mailbox,
    startServer,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
