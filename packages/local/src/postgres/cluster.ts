import { randomBytes } from 'node:crypto'
import { appendFile, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountFor } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Account, run } from './command.ts'
import { isAlive } from './processes.ts'
import { reachableBinaries, reachableFolder } from './reachable.ts'

/** An initialised database cluster on disk, running or not. */
export interface Cluster {
  binaries: Binaries
  account: Account | undefined
  /** PostgreSQL's own data directory. */
  data: string
  log: string
  password: string
}

/**
 * Opens the cluster under `folder`, making it when there is none. A cluster is made beside
 * its place and moved there when complete, with its password inside: a process killed half
 * way leaves no half cluster, and of two that start at once one wins and both go on.
 */
export async function openCluster(wanted: string, onProgress: (text: string) => void): Promise<Cluster> {
  const [found, account] = await Promise.all([findBinaries(), accountFor(join(wanted, 'cluster'))])
  const binaries = account ? await reachableBinaries(found, account) : found
  const folder = account ? await reachableFolder(wanted, account) : wanted
  const data = join(folder, 'cluster')
  if (folder !== wanted)
    onProgress(`Keeping the database in ${folder}, since Postgres cannot enter ${wanted}`)
  await makeFolder(folder, account)
  if (await exists(join(folder, 'PG_VERSION'))) {
    throw new Error(
      `${folder} is the data directory of another PostgreSQL. Choose a folder of its own for the built-in one, or set DATABASE_URL.`,
    )
  }
  await removeUnfinished(folder)
  if (!(await exists(data))) {
    onProgress(`Making a PostgreSQL ${binaries.major} database in ${folder}`)
    await initialise({ folder, data, binaries, account })
  }
  await requireMajor(data, binaries.major)
  return { binaries, account, data, log: join(folder, 'postgres.log'), password: await readPassword(data) }
}

async function initialise(to: {
  folder: string
  data: string
  binaries: Binaries
  account: Account | undefined
}): Promise<void> {
  const fresh = join(to.folder, `${UNFINISHED}${process.pid}-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${fresh}.password`
  try {
    await writePrivately(passwordFile, randomBytes(24).toString('base64url'), to.account)
    const { code, output } = await run(
      to.binaries.initdb,
      [
        `--pgdata=${fresh}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      to.account,
    )
    if (code !== 0) {
      throw new Error(`PostgreSQL could not make a database in ${to.folder}: ${lastLine(output)}`)
    }
    await appendFile(join(fresh, 'postgresql.conf'), `\ninclude = '${SETTINGS_FILE}'\n`)
    await rename(passwordFile, join(fresh, PASSWORD_FILE))
    await rename(fresh, to.data).catch(async (error: unknown) => {
      if (!(await exists(to.data))) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
  }
}

/** The settings of the next start, in a file that only the server's account reads. */
export async function writeSettings(cluster: Cluster, settings: Record<string, string>): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) throw new Error(`"${name}" is no name of a PostgreSQL setting.`)
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`
  })
  await writePrivately(join(cluster.data, SETTINGS_FILE), lines.join(''), cluster.account)
}

const SETTINGS_FILE = 'local.conf'
const PASSWORD_FILE = 'superuser.password'
const UNFINISHED = 'unfinished-'

async function makeFolder(folder: string, account: Account | undefined): Promise<void> {
  const advice = 'Choose another folder, or give this account the right to write there.'
  try {
    await mkdir(folder, { recursive: true })
    const probe = join(folder, `${UNFINISHED}${process.pid}-${randomBytes(4).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
    if (account) await chown(folder, account.uid, account.gid)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The database folder ${folder} cannot be written (${reason}). ${advice}`)
  }
}

/** What a process left that was killed while it made a cluster. One that still lives is left alone. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = new RegExp(`^${UNFINISHED}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || Number(pid) === process.pid || (await isAlive(Number(pid)))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function requireMajor(data: string, major: string): Promise<void> {
  const found = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (found?.trim() === major) return
  throw new Error(
    found === undefined
      ? `${data} is not a readable PostgreSQL data directory. Run this as the account that made it, or move the folder away to start afresh.`
      : `The data in ${data} was made by PostgreSQL ${found.trim()}, but this is PostgreSQL ${major}. Move it over with pg_dump and pg_restore, or move the folder away to start afresh.`,
  )
}

async function readPassword(data: string): Promise<string> {
  try {
    return (await readFile(join(data, PASSWORD_FILE), 'utf8')).trim()
  } catch {
    throw new Error(
      `The password file ${join(data, PASSWORD_FILE)} cannot be read. Run this as the account that made it, or move the folder away to start afresh.`,
    )
  }
}

async function writePrivately(file: string, text: string, account: Account | undefined): Promise<void> {
  await writeFile(file, text, { mode: 0o600 })
  if (account) await chown(file, account.uid, account.gid)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
