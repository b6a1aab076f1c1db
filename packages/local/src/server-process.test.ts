import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServerProcess } from './server-process.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-server-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('it is ready when /readyz says so, has its flags, knows only its own settings, and stops in order', async () => {
  const script = await program(`
    import { createServer } from 'node:http'
    const readyAt = Date.now() + 200
    const server = createServer((request, response) => {
      if (request.url === '/readyz') return response.writeHead(Date.now() < readyAt ? 503 : 200).end()
      response.end(JSON.stringify([process.execArgv, Object.keys(process.env).sort()]))
    })
    server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening'))
    process.on('SIGTERM', () => process.exit(7))`)
  const flags = ['--max-semi-space-size=16']
  process.env.LEAKED = 'yes'
  const server = await startServerProcess({ script, flags, env: { COLOUR: 'blue' } })
  delete process.env.LEAKED
  const told: unknown = await (await fetch(server.url)).json()
  expect(told).toEqual([flags, ['COLOUR', 'HOST', 'PATH', 'PORT']])
  expect(server.output()).toBe('listening\n')
  expect(server.pid).toBeGreaterThan(0)
  expect(await server.stop()).toBe(7)
  expect(await server.stop()).toBe(7)
  await expect(fetch(server.url)).rejects.toThrow()
})

test('kill leaves it no time', async () => {
  const script = await program(`
    import { createServer } from 'node:http'
    createServer((_, response) => response.end()).listen(Number(process.env.PORT), '127.0.0.1')
    process.on('SIGTERM', () => {})`)
  await using server = await startServerProcess({ script, env: {} })
  await server.kill()
  await expect(fetch(server.url)).rejects.toThrow()
})

test('one that ends or never gets ready fails with what it printed', async () => {
  const broken = await program(`console.error('DATABASE_URL is missing'); process.exit(3)`)
  await expect(startServerProcess({ script: broken, env: {} })).rejects.toThrow(
    /ended at once \(exit code 3\).*\nDATABASE_URL is missing/,
  )
  const idle = await program(`console.log('waiting'); setInterval(() => {}, 1000)`)
  await expect(startServerProcess({ script: idle, env: {}, readyWithinMs: 400 })).rejects.toThrow(
    /not ready within 0.4 s.*\nwaiting/,
  )
})

async function program(text: string): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.mjs`)
  await writeFile(file, text)
  return file
}
