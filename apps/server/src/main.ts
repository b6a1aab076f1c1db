import { createServer } from 'node:net'
import { summary } from './development/summary.ts'
import { tryItOut } from './development/trying-out.ts'
import { startServer } from './server.ts'
import { readSettings, type Settings } from './settings.ts'

/** The server needs 5 s at most; an embedded Postgres that writes its checkpoint may need longer. */
const STOP_WITHIN_MS = 15_000

try {
  await main()
} catch (error) {
  console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    // Heard for good: what runs us may pass on the signal that we have had from the terminal already, and without a
    // listener the second one would end us in the middle of stopping.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, resolve)
  })
  const result = readSettings(process.env)
  if (!result.ok) throw new Error(`These settings are not right:\n\n  - ${result.faults.join('\n  - ')}`)
  const { settings } = result
  await ensurePortIsFree(settings)

  await using started = new AsyncDisposableStack()
  const ready = settings.production ? complete(settings) : null
  const trying = ready ? null : started.use(await tryItOut(settings, progress))
  if (trying) progress('Starting the server')
  const pages = process.argv.includes('--dev')
    ? (await import('./development/hot-pages.ts')).hotPages(started)
    : undefined
  const server = await startServer({
    settings: ready ?? trying?.settings ?? complete(settings),
    ...(trying && { extraPages: trying.extraPages }),
    ...(pages && { pages }),
  })
  started.defer(() => server.stop())
  if (trying) console.log(summary(trying))

  const signal = await asked
  if (trying) progress(`${signal}: stopping`)
  const late = setTimeout(() => {
    console.error(`  Not stopped within ${STOP_WITHIN_MS / 1000} s; giving up.`)
    process.exit(1)
  }, STOP_WITHIN_MS)
  await started.disposeAsync()
  clearTimeout(late)
  // A connection to a database that does not answer would keep the process for as long as TCP hopes.
  process.exit()
}

function progress(text: string): void {
  console.log(`  ${text} …`)
}

/** Production settings have been checked to be there; this says so to the types. */
function complete(settings: Settings) {
  const { databaseUrl, smtpUrl, identitySecrets, sessionSecret } = settings
  if (databaseUrl === null || smtpUrl === null || identitySecrets === null || sessionSecret === null) {
    throw new Error('DATABASE_URL, SMTP_URL, IDENTITY_SECRETS and SESSION_SECRET must be set.')
  }
  return { ...settings, databaseUrl, smtpUrl, identitySecrets, sessionSecret }
}

/** Looked at first, so that nothing is started in vain. */
async function ensurePortIsFree({ host, port }: Settings): Promise<void> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new Error(
            `Port ${port} is taken by another program. Stop it, or set PORT, for example PORT=${port + 1}.`,
          ),
        )
      } else if (error.code === 'EACCES') {
        reject(new Error(`Port ${port} needs more permission than you have. Set PORT to one above 1023.`))
      } else
        reject(
          new Error(
            `HOST ${host} cannot be listened on (${error.code}). Set HOST to an address of this machine.`,
          ),
        )
    })
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}
