import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Takes the data folder for this process, so that two of them never share an embedded Postgres.
 *
 * @throws Error with a sentence that says what to do.
 */
export function takeDataDir(dataDir: string): Disposable & { path: string } {
  const path = resolve(dataDir)
  const lock = join(path, 'server.pid')
  try {
    mkdirSync(path, { recursive: true })
    const owner = readPid(lock)
    if (owner !== null && owner !== process.pid && isAlive(owner)) {
      throw new Error(`${path} is in use by process ${owner}. Stop it, or set DATA_DIR to another folder.`)
    }
    writeFileSync(lock, String(process.pid))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS')) {
      throw new Error(
        `${path} cannot be written. Give yourself permission, or set DATA_DIR to another folder.`,
      )
    }
    throw error
  }
  return { path, [Symbol.dispose]: () => rmSync(lock, { force: true }) }
}

function readPid(lock: string): number | null {
  try {
    return Number(readFileSync(lock, 'utf8')) || null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
