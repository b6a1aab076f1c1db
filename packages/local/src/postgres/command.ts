import { spawn } from 'node:child_process'
import { parse } from 'node:path'

/** The unprivileged account that a command runs as; only root can choose one. */
export interface Account {
  name: string
  uid: number
  gid: number
}

export interface CommandResult {
  code: number | null
  output: string
}

/** Runs a program to its end and gives what it printed. Throws only when it cannot be started at all. */
export function run(file: string, args: string[], account?: Account): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      // The present folder may be closed to the account, and the programs complain about that.
      cwd: parse(process.cwd()).root,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(account && { uid: account.uid, gid: account.gid }),
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
    // On Windows the postmaster inherits the pipes of pg_ctl, so 'close' would never come.
    child.once('exit', (code) => {
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        resolve({ code, output })
      }, 500).unref()
    })
  })
}

/** PGDATA, PGPORT and the like would steer the programs elsewhere; messages are read, so they are English. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('PG'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}
