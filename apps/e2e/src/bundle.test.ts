import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** What runs in a browser: its configuration and how much of it a visitor may have to load, gzipped. */
const BUNDLES = [
  { name: 'the loader', app: 'widget', config: 'vite.loader.config.ts', kilobytes: 8 },
  { name: 'the panel', app: 'widget', config: 'vite.config.ts', kilobytes: 45 },
  { name: 'the inbox', app: 'admin', config: 'vite.config.ts', kilobytes: 130 },
]

/** The server's own packages, and libraries that only a server needs. */
const SERVER_ONLY = [
  /^packages\/(api|db|realtime|worker|local)\//,
  /^apps\/server\//,
  /node_modules\/(kysely|pg|pg-[^/]+|fastify|@fastify\/[^/]+|graphile-worker|nodemailer|jose|ws|zod|prom-client)\//,
  /node_modules\/@trpc\/server\/.*adapters/,
]

// As for people, not for tests: React has a larger build for everybody else.
beforeAll(() => {
  vi.stubEnv('NODE_ENV', 'production')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

describe.each(BUNDLES)('$name', ({ app, config, kilobytes }) => {
  test('no module of the server reaches it, and it stays within its budget', async () => {
    const root = `${ROOT}apps/${app}`
    const result = await build({
      root,
      configFile: `${root}/${config}`,
      logLevel: 'silent',
      build: { write: false },
    })
    const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) =>
      'output' in one ? one.output : [],
    )
    const chunks = outputs.filter((output): output is Rolldown.OutputChunk => output.type === 'chunk')
    const modules = chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .filter((id) => id.startsWith(ROOT))
      .map((id) => relative(ROOT, id).split(sep).join('/'))
    // The check would be blind if it saw nothing.
    expect(modules.some((id) => id.startsWith(`apps/${app}/src/`))).toBe(true)
    expect(modules.filter((id) => SERVER_ONLY.some((pattern) => pattern.test(id)))).toEqual([])

    const bytes = chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
    expect(bytes / 1000, `${Math.round(bytes / 100) / 10} kB`).toBeLessThan(kilobytes)
  })
})
