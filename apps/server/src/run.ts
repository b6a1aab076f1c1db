import { createServer } from 'node:net'
import { summary } from './development/summary.ts'
import { tryItOut } from './development/trying-out.ts'
import { startServer } from './server.ts'
import { readSettings, type Settings } from './settings.ts'
import { within } from './within.ts'

/** The server needs 5 s at most; an embedded Postgres that writes its checkpoint may need longer. */
const STOP_WITHIN_MS = 15_000
/** What is still being started then, behind a database that does not answer, ends with the process. */
const GIVE_UP_STARTING_MS = 4_000

export interface Stop {
  /** Resolves when a stop is asked for. */
  asked: Promise<NodeJS.Signals>
  /** Aborts at the same moment. */
  signal: AbortSignal
}

/**
 * Runs the server until a stop is asked for, also while it starts, and then ends the process: with 0 when a stop was
 * asked for, with 1 when it cannot start or does not stop in time.
 */
export async function run(stop: Stop): Promise<void> {
  try {
    await main(stop)
  } catch (error) {
    console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

async function main({ asked, signal }: Stop): Promise<void> {
  const result = readSettings(process.env)
  if (!result.ok) throw new Error(`These settings are not right:\n\n  - ${result.faults.join('\n  - ')}`)
  const { settings } = result

  await using started = new AsyncDisposableStack()
  const starting = start(settings, started, signal)
  const name = await Promise.race([asked, starting.then(() => asked)])
  if (!settings.production) progress(`${name}: stopping`)
  const late = setTimeout(() => {
    console.error(`  Not stopped within ${STOP_WITHIN_MS / 1000} s; giving up.`)
    process.exit(1)
  }, STOP_WITHIN_MS)
  await endOf(starting, settings)
  await started.disposeAsync()
  clearTimeout(late)
  // A connection to a database that does not answer would keep the process for as long as TCP hopes.
  process.exit()
}

/** Everything that is to be undone at the end is put into `started`. @throws when the signal aborts on the way */
async function start(settings: Settings, started: AsyncDisposableStack, signal: AbortSignal): Promise<void> {
  await ensurePortIsFree(settings)
  signal.throwIfAborted()
  const ready = settings.production ? complete(settings) : null
  const trying = ready ? null : started.use(await tryItOut(settings, progress))
  signal.throwIfAborted()
  if (trying) progress('Starting the server')
  const pages = process.argv.includes('--dev')
    ? (await import('./development/hot-pages.ts')).hotPages(started)
    : undefined
  const server = await startServer({
    settings: ready ?? trying?.settings ?? complete(settings),
    signal,
    ...(trying && { extraPages: trying.extraPages }),
    ...(pages && { pages }),
  })
  started.defer(() => server.stop())
  if (trying) console.log(summary(trying))
}

/**
 * Waits until nothing is being started any more, for an embedded Postgres however long it takes: given up in the middle it
 * would be left running.
 */
async function endOf(starting: Promise<void>, { databaseUrl }: Settings): Promise<void> {
  // That it was broken off, or failed because of that, is no news to whoever asked for the stop.
  const ended = starting.catch(() => {})
  if (databaseUrl === null) await ended
  else await within(GIVE_UP_STARTING_MS, ended).catch(() => {})
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
