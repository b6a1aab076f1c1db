import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ServerSettings } from '../server.ts'
import type { Settings } from '../settings.ts'
import { makeDataDir, takeDataDir } from './data-dir.ts'
import { madeUpSecrets } from './made-up-secrets.ts'

const DATABASE = 'acme_support_chat'

export interface TryingOut extends AsyncDisposable {
  settings: ServerSettings
  /** The demo page, and the mailbox when it is ours. */
  extraPages: (app: FastifyInstance) => Promise<void>
  /** What a newcomer has to know. */
  built: { postgres: boolean; mailbox: boolean }
}

/** Brings what is not set: an embedded Postgres, a mailbox, secrets, somebody who can log in. */
export async function tryItOut(settings: Settings, onProgress: (text: string) => void): Promise<TryingOut> {
  // A development dependency: an image for production lacks it, and never comes here.
  const { demoSite, startMailbox, startPostgres } = await import('@acme/local')
  await using started = new AsyncDisposableStack()
  const dataDir = makeDataDir(settings.dataDir)
  const secrets = madeUpSecrets(dataDir)

  const databaseUrl = settings.databaseUrl ?? (await embeddedDatabase())
  const mailbox = settings.smtpUrl === null ? await startMailbox({ folder: join(dataDir, 'mailbox') }) : null
  if (mailbox) started.defer(() => mailbox.close())
  const smtpUrl = settings.smtpUrl ?? mailbox?.smtpUrl ?? ''

  const identitySecrets = settings.identitySecrets ?? [secrets.identitySecret]
  const [identitySecret = secrets.identitySecret] = identitySecrets
  const demo = demoSite({ audience: settings.publicUrl, identitySecret })
  const stack = started.move()
  return {
    settings: {
      ...settings,
      databaseUrl,
      smtpUrl,
      identitySecrets,
      chatUrl: settings.chatUrl ?? new URL('/', settings.publicUrl).href,
      sessionSecret: settings.sessionSecret ?? secrets.sessionSecret,
      firstAdmin: settings.firstAdmin ?? { email: 'admin@acme.example', password: secrets.adminPassword },
    },
    built: { postgres: settings.databaseUrl === null, mailbox: mailbox !== null },
    // Their bodies are theirs to read, so they stand in a scope without our parsers.
    extraPages: async (app) => {
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
        if (mailbox) scope.all('/mailbox*', handOver(mailbox.handle))
        scope.all('/', handOver(demo.handle))
        scope.all('/demo/*', handOver(demo.handle))
      })
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }

  async function embeddedDatabase(): Promise<string> {
    onProgress('Starting the embedded Postgres')
    started.use(takeDataDir(dataDir))
    const postgres = started.use(await startPostgres({ dataDir: join(dataDir, 'postgres'), onProgress }))
    await postgres.createDatabase(DATABASE).catch((error: unknown) => {
      if (!isDuplicate(error)) throw error
    })
    return postgres.urlOf(DATABASE)
  }
}

type Handle = (request: FastifyRequest['raw'], response: FastifyReply['raw']) => void

function handOver(handle: Handle) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack()
    handle(request.raw, reply.raw)
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P04'
}
