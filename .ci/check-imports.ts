import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { importsBelow } from './imports.ts'

/**
 * Who may import whom (README, "Work on it"). A package can import only what its package.json lists (Biome's
 * noUndeclaredDependencies), so the lists are the rule, and this holds the lists against the map.
 *
 * `values` may be imported for what they do, `types` for their types alone: those stand in devDependencies, where
 * a value import fails the linter.
 */
const MAP: Record<string, { values: string[]; types?: string[] }> = {
  db: { values: [] },
  realtime: { values: [] },
  socket: { values: [] },
  local: { values: [] },
  api: { values: ['db', 'realtime', 'socket'] },
  worker: { values: ['db'] },
  client: { values: [], types: ['api'] },
  react: { values: ['client'], types: ['api'] },
  ui: { values: [] },
  server: { values: ['api', 'client', 'db', 'realtime', 'socket', 'worker'] },
  widget: { values: ['client', 'react', 'ui'], types: ['api'] },
  admin: { values: ['client', 'react', 'ui'], types: ['api'] },
}
/** Only tests and what `pnpm start` does without settings may reach for these. */
const FOR_TESTS = ['local']
/** Tests and measurements may use everything. */
const FREE = ['e2e', 'bench']
/** What must not be known where: a framework in the core, a server in the browser. */
const FOREIGN: Record<string, RegExp> = {
  db: /^(react|fastify|@trpc)/,
  realtime: /^(react|fastify|@trpc|kysely)/,
  socket: /^(react|fastify|kysely|superjson|ws$|zod)/,
  api: /^(react|fastify|ws$|nodemailer|graphile)/,
  worker: /^(react|fastify|@trpc)/,
  client: /^(react|preact|zod|fastify)/,
  ui: /^(@trpc|zod|fastify|superjson)/,
  widget: /^(zod|fastify|@tanstack|@trpc)/,
}

/** What runs in browsers takes types alone from what runs on the server, in tests too. */
const BROWSER = ['apps/widget', 'apps/admin', 'packages/ui', 'packages/react', 'packages/client']
const SERVER = /^@acme\/(api|db|realtime|worker|socket|server)(\/|$)/
/**
 * Inside a package: folders and files, the base first. What stands in one line imports nothing from a later one. What is
 * not named may be imported by all and import all, so name what leads to everything.
 */
const LAYERS: Record<string, string[][]> = {
  'packages/client/src': [['platform'], ['connection'], ['conversation'], ['client.ts', 'index.ts']],
  'apps/admin/src': [
    ['desk'],
    ['alerts', 'chat', 'inbox', 'frame', 'team', 'session'],
    ['app.tsx', 'main.tsx'],
  ],
  'packages/api/src': [['chat'], ['admin'], ['router.ts', 'server.ts', 'sweep.ts', 'index.ts']],
}

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const faults: string[] = []
for (const folder of ['packages', 'apps']) {
  for (const name of readdirSync(new URL(`../${folder}/`, import.meta.url))) {
    if (FREE.includes(name)) continue
    const manifest: Manifest = JSON.parse(
      readFileSync(new URL(`../${folder}/${name}/package.json`, import.meta.url), 'utf8'),
    )
    const allowed = MAP[name]
    if (!allowed) {
      faults.push(`${name} is not on the map in .ci/check-imports.ts`)
      continue
    }
    const values = Object.keys(manifest.dependencies ?? {})
    const types = Object.keys(manifest.devDependencies ?? {})
    for (const dependency of ours(values)) {
      if (!allowed.values.includes(dependency)) faults.push(`${name} must not import ${dependency}`)
    }
    for (const dependency of ours(types)) {
      if (![...(allowed.types ?? []), ...FOR_TESTS].includes(dependency)) {
        faults.push(`${name} must not import types of ${dependency}`)
      }
    }
    for (const dependency of values) {
      if (FOREIGN[name]?.test(dependency)) faults.push(`${name} must not know ${dependency}`)
    }
  }
}

for (const { file, from, isType } of BROWSER.flatMap((folder) => importsBelow(`${folder}/src`))) {
  if (SERVER.test(from) && !isType) faults.push(`${file} must take nothing but types from ${from}`)
}

for (const [folder, layers] of Object.entries(LAYERS)) {
  const layerOf = (path: string) => {
    const [name = ''] = posix.relative(folder, path).split('/')
    return layers.findIndex((names) => names.includes(name))
  }
  for (const { file, from } of importsBelow(folder)) {
    // A test may start the whole to test a part.
    if (!from.startsWith('.') || /\.test\.tsx?$/.test(file)) continue
    const target = posix.join(posix.dirname(file), from)
    const own = layerOf(file)
    if (own >= 0 && layerOf(target) > own)
      faults.push(`${file} must not import ${target}, which stands above it`)
  }
}

for (const fault of faults) console.error(`imports: ${fault}`)
process.exitCode = faults.length > 0 ? 1 : 0

function ours(dependencies: string[]): string[] {
  return dependencies.filter((name) => name.startsWith('@acme/')).map((name) => name.slice('@acme/'.length))
}
