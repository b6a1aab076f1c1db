import { createHash } from 'node:crypto'
import { cp, lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { blockingFolder } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Account } from './command.ts'

/** Where root keeps what the unprivileged account can't reach where it is; outlives a reboot. */
const SHARED = '/var/tmp/acme-support-chat'

/** The programs themselves, or a copy of them when they lie in a folder that is root's alone, as `/root` is. */
export async function reachableBinaries(binaries: Binaries, account: Account): Promise<Binaries> {
  if (!(await blockingFolder(dirname(binaries.initdb), account))) return binaries
  const home = dirname(dirname(binaries.initdb))
  const copy = join(await sharedFolder(), `programs-${digest(home)}`)
  if (!(await isThere(copy))) {
    const fresh = `${copy}.${process.pid}`
    await cp(home, fresh, { recursive: true, verbatimSymlinks: true })
    // Whoever was faster has made the same copy.
    await rename(fresh, copy).catch(() => rm(fresh, { recursive: true, force: true }))
  }
  const moved = (program: string) => join(copy, program.slice(home.length + sep.length))
  return { ...binaries, initdb: moved(binaries.initdb), pgCtl: moved(binaries.pgCtl) }
}

/** The folder itself, or one in its place when it lies where the account can't enter. */
export async function reachableFolder(folder: string, account: Account): Promise<string> {
  const blocking = await blockingFolder(dirname(folder), account)
  // A file in the way is another fault, which making the folder will name.
  if (blocking === null || !(await lstat(blocking).catch(() => null))?.isDirectory()) return folder
  return join(await sharedFolder(), `data-${digest(folder)}`)
}

/** In a folder that everybody can write to somebody else may have laid a trap: it must be root's own. */
async function sharedFolder(): Promise<string> {
  await mkdir(SHARED, { recursive: true, mode: 0o755 })
  const { uid, mode } = await lstat(SHARED)
  if (uid === 0 && (mode & 0o170022) === 0o040000) return SHARED
  throw new Error(`${SHARED} does not belong to root alone. Remove it, or start this as an ordinary user.`)
}

function digest(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12)
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
