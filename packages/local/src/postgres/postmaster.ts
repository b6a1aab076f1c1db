import { readFile, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../free-port.ts'
import { type Cluster, writeSettings } from './cluster.ts'
import { run } from './command.ts'
import { hasEntry, isAlive } from './processes.ts'

export interface StartWishes {
  cluster: Cluster
  /** Any free one when not given. */
  port: number | undefined
  settings: Record<string, string>
  onProgress: (text: string) => void
}

/** Starts the cluster's postmaster, or finds the one that runs already, and gives its port. */
export async function startPostmaster(wishes: StartWishes): Promise<number> {
  const { cluster } = wishes
  const deadline = Date.now() + 30_000
  for (;;) {
    const running = await findRunning(cluster)
    if (running !== undefined) return running
    wishes.onProgress(`Starting PostgreSQL ${cluster.binaries.major}`)
    const port = wishes.port ?? (await freePort())
    await writeSettings(cluster, { ...DEFAULTS, ...wishes.settings, ...loopback(port) })
    const failure = await launch(cluster)
    // Asked again, since another process may have written its settings in between.
    if (failure === undefined) return (await findRunning(cluster)) ?? port
    if (failure.type === 'port' && wishes.port !== undefined) {
      throw new Error(
        `Port ${port} on 127.0.0.1 is taken, so the built-in PostgreSQL cannot listen there. Stop what uses it, or choose another port.`,
      )
    }
    if (failure.type === 'other' || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start: ${failure.reason} The whole log is in ${cluster.log}.`)
    }
    // Another process is starting the same cluster, or the last one's children are still leaving.
    if (failure.type === 'held') await sleep(200)
  }
}

/** Stops the postmaster in order. Does nothing when none runs. */
export async function stopPostmaster(cluster: Cluster, mode: 'fast' | 'immediate'): Promise<void> {
  if ((await postmasterPid(cluster)) === undefined) return
  const args = ['stop', '-D', cluster.data, '-m', mode, '-w', '-t', '60']
  const { code, output } = await run(cluster.binaries.pgCtl, args, cluster.account)
  if (code !== 0 && (await postmasterPid(cluster)) !== undefined) {
    throw new Error(`PostgreSQL did not stop: ${output.trim()}`)
  }
}

/** The pid of the cluster's postmaster, if one is alive. */
export async function postmasterPid(cluster: Cluster): Promise<number | undefined> {
  const file = await readPidFile(cluster)
  return file && (await isAlive(file.pid)) ? file.pid : undefined
}

const DEFAULTS = { timezone: 'UTC', log_timezone: 'UTC', max_connections: '200' }

function loopback(port: number): Record<string, string> {
  return { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' }
}

type Failure = { type: 'port' | 'held' | 'other'; reason: string }

async function launch(cluster: Cluster): Promise<Failure | undefined> {
  const already = await stat(cluster.log).then(
    (log) => log.size,
    () => 0,
  )
  // pg_ctl gives the postmaster a session of its own: Ctrl-C on us does not reach it, we stop it in order.
  const args = ['start', '-D', cluster.data, '-l', cluster.log, '-w', '-t', '120', '-s']
  const { code, output } = await run(cluster.binaries.pgCtl, args, cluster.account)
  if (code === 0) return undefined
  const log = await readFile(cluster.log).catch(() => Buffer.alloc(0))
  const said = `${output}\n${log.subarray(already).toString()}`
  const lines = said.split('\n').filter((line) => /FATAL|PANIC|ERROR|error/.test(line))
  const reason = (lines.at(0) ?? output.trim()).replace(/^.*?(FATAL|PANIC|ERROR): +/, '')
  if (/could not create any TCP\/IP sockets|could not bind/.test(said)) return { type: 'port', reason }
  if (/lock file .* already exists|pre-existing shared memory block/.test(said))
    return { type: 'held', reason }
  return { type: 'other', reason }
}

/** The port of a postmaster that serves exactly this data, for example after our former process was killed. */
async function findRunning(cluster: Cluster): Promise<number | undefined> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const file = await readPidFile(cluster)
    if (file === undefined) return undefined
    if (!(await isAlive(file.pid))) {
      // Postgres clears a stale pid file itself, but takes a zombie for a living postmaster.
      if (hasEntry(file.pid)) await rm(join(cluster.data, PID_FILE), { force: true })
      return undefined
    }
    const answer = await ask(cluster, file.port)
    if (answer !== 'not yet') return answer ? file.port : undefined
    await sleep(100)
  }
  return undefined
}

async function ask(cluster: Cluster, port: number): Promise<boolean | 'not yet'> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: cluster.password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
    const served = rows[0]?.data_directory
    return served !== undefined && (await realpath(served)) === (await realpath(cluster.data))
  } catch (error) {
    const startingOrStopping = error instanceof Error && 'code' in error && error.code === '57P03'
    return startingOrStopping ? 'not yet' : false
  } finally {
    await client.end().catch(() => {})
  }
}

const PID_FILE = 'postmaster.pid'

async function readPidFile(cluster: Cluster): Promise<{ pid: number; port: number } | undefined> {
  const text = await readFile(join(cluster.data, PID_FILE), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3] ?? 0) } : undefined
}
