import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from './postgres.ts'

let folder: string
let dataDir: string
let postgres: Postgres

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-postgres-'))
  dataDir = join(folder, 'database')
  // As root the server runs as another account, which must be able to enter the folder.
  await mkdir(dataDir)
  if (process.getuid?.() === 0) await chmod(folder, 0o755)
  postgres = await startPostgres({ dataDir })
})

afterAll(async () => {
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('it is PostgreSQL 18 with UTF-8, durable, on loopback alone', async () => {
  const [row] = await ask(
    postgres.url,
    `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
            current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses,
            current_setting('unix_socket_directories') AS sockets, lower('ÄÖ') AS lowered`,
  )
  expect(row).toEqual({
    major: 18,
    encoding: 'UTF8',
    fsync: 'on',
    addresses: '127.0.0.1',
    sockets: '',
    lowered: 'äö',
  })
})

test('its password is kept from other accounts, and nobody enters without it', async () => {
  const file = await stat(join(dataDir, 'cluster', 'superuser.password'))
  expect(file.mode & 0o777).toBe(0o600)
  const stranger = new URL(postgres.url)
  stranger.password = 'guessed'
  await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
})

test('a database made from a template has what the template has', async () => {
  await postgres.createDatabase('template of tests')
  await ask(postgres.urlOf('template of tests'), 'CREATE TABLE things AS SELECT 7 AS size')
  await postgres.createDatabase('copy', { template: 'template of tests' })
  expect(await ask(postgres.urlOf('copy'), 'SELECT size FROM things')).toEqual([{ size: 7 }])
  await postgres.dropDatabase('copy')
  await expect(ask(postgres.urlOf('copy'), 'SELECT 1')).rejects.toThrow('does not exist')
})

test('a committed row outlives kill -9, on the same port', async () => {
  const { port } = postgres
  await ask(postgres.url, 'CREATE TABLE kept AS SELECT 1 AS id')
  await postgres.kill()
  await expect(ask(postgres.url, 'SELECT 1')).rejects.toThrow()
  await postgres.start()
  expect(postgres.port).toBe(port)
  expect(await ask(postgres.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }])
})

test('an immediate stop recovers, and stopping twice is no fault', async () => {
  await postgres.stop('immediate')
  await postgres.stop()
  await postgres.start()
  expect(await ask(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a second start on the same data takes over the running server', async () => {
  const second = await startPostgres({ dataDir })
  expect(second.url).toBe(postgres.url)
  expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('two that start at once on an empty folder get one server', async () => {
  const shared = join(folder, 'shared')
  const [one, other] = await Promise.all([
    startPostgres({ dataDir: shared }),
    startPostgres({ dataDir: shared }),
  ])
  try {
    expect(one.url).toBe(other.url)
    expect(await ask(one.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  } finally {
    await one.stop()
  }
})

test('a taken port is named', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const address = other.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  try {
    await postgres.stop()
    await expect(startPostgres({ dataDir, port: address.port })).rejects.toThrow(
      `Port ${address.port} on 127.0.0.1 is taken`,
    )
  } finally {
    other.close()
    await postgres.start()
  }
})

test('data of another major version is left alone', async () => {
  const old = join(folder, 'old')
  await mkdir(join(old, 'cluster'), { recursive: true })
  await writeFile(join(old, 'cluster', 'PG_VERSION'), '15\n')
  await expect(startPostgres({ dataDir: old })).rejects.toThrow('was made by PostgreSQL 15')
})

test('a folder that cannot be made is named', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(startPostgres({ dataDir: join(folder, 'file', 'data') })).rejects.toThrow('cannot be written')
})

test.runIf(process.getuid?.() === 0)(
  'for root, a folder that only root can enter is replaced by one beside it',
  async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const said: string[] = []
    await using postgres = await startPostgres({
      dataDir: join(closed, 'data'),
      onProgress: (text) => said.push(text),
    })
    const place = said.find((text) => text.startsWith('Keeping the database in'))
    expect(place).toContain(`cannot enter ${closed}`)
    expect(await ask(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await postgres.stop()
    await rm(place?.split(' ')[4]?.replace(',', '') ?? '', { recursive: true })
  },
)

async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
