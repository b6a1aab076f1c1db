import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Account, run } from './command.ts'

/**
 * PostgreSQL refuses to run as root. For root this gives the account to run as: the owner
 * of data that exists already, else `postgres`, else `nobody`. For everybody else: none.
 */
export async function accountFor(existingData: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(existingData).catch(() => undefined)
  if (owner && owner.uid !== 0) return { name: `number ${owner.uid}`, uid: owner.uid, gid: owner.gid }
  const account = (await lookUp('postgres')) ?? (await lookUp('nobody'))
  if (account) return account
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither an account "postgres" nor "nobody". Start this as an ordinary user, or set DATABASE_URL.',
  )
}

/** The first folder on the way to `path` that the account cannot enter; null when it gets there. */
export async function blockingFolder(path: string, account: Account): Promise<string | null> {
  const script = 'for folder in "$@"; do test -x "$folder" || { printf %s "$folder"; exit 1; }; done'
  const { code, output } = await run('sh', ['-c', script, 'sh', ...foldersDownTo(path)], account)
  return code === 0 ? null : output
}

function foldersDownTo(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...foldersDownTo(parent), path]
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
  if (uid.code !== 0 || gid.code !== 0) return undefined
  return { name: `"${name}"`, uid: Number(uid.output), gid: Number(gid.output) }
}
