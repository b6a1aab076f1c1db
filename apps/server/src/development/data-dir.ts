import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Makes the data folder if it is not there. @throws Error with a sentence that says what to do. */
export function makeDataDir(dataDir: string): string {
  const path = resolve(dataDir)
  try {
    mkdirSync(path, { recursive: true })
    return path
  } catch (error) {
    throw explain(error, path)
  }
}

/**
 * Takes the data folder for this process, so that two of them never share an embedded Postgres.
 *
 * @throws Error with a sentence that says what to do.
 */
export function takeDataDir(path: string): Disposable {
  const lock = join(path, 'server.pid')
  const owner = readPid(lock)
  if (owner !== null && owner !== process.pid && isAlive(owner)) {
    throw new Error(`${path} is in use by process ${owner}. Stop it, or set DATA_DIR to another folder.`)
  }
  try {
    writeFileSync(lock, String(process.pid))
  } catch (error) {
    throw explain(error, path)
  }
  return { [Symbol.dispose]: () => rmSync(lock, { force: true }) }
}

function explain(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST'
    ? new Error(`${path} cannot be written. Give yourself permission, or set DATA_DIR to another folder.`)
    : error
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
